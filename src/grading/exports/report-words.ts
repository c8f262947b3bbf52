/** Words of the reports that people read. */
import type { Language } from '../../lessons/lesson.ts';
import type { CheckGrade, LessonGrade } from '../grade.ts';

type States = Readonly<Record<LessonGrade['state'] | 'finished' | 'open' | 'early' | 'late', string>>;

const english = {
  columns: ['LEARNER', 'LESSON', 'POINTS', 'STATE', 'HINTS', 'UNDOS', 'LINES', 'LAST EVENT'] as readonly string[],
  states: {
    graded: 'graded',
    refused: 'refused',
    unjudged: 'unjudged',
    finished: 'finished',
    open: 'open',
    early: 'early',
    late: 'late',
  } satisfies States as States,
  failed: (expected: string, found: string, where: string) => `expected ${expected}, found ${found}${where}`,
  unjudged: (reason: string) => `could not be judged: ${reason}`,
  without: (count: number) => `${count} ${count === 1 ? 'file' : 'files'} without a grade:`,
  average: (finished: number, graded: number, percent: number) => `${finished} of ${graded} finished, ${percent} % of the points on average`,
  missed: (missed: number, reached: number) => `${missed} of ${reached} who came there have not passed it`,
  grades: 'Grades',
  theClass: 'The class',
  filesWithout: 'Files without a grade',
  points: (points: number, possible: number) => `${points} of ${possible} points`,
  facts: (lines: number, hints: number, undos: number, last: string) =>
    `${counted(lines, 'line')}, ${counted(hints, 'hint')}, ${undos} undone; last event ${last}.`,
  head: ['step', 'check', 'result', 'points', 'remarks'] as readonly string[],
  marks: { passed: '✓ passed', failed: '✗ failed', 'not-reached': '· not reached', unjudged: '? could not be judged' } as Readonly<
    Record<CheckGrade['state'], string>
  >,
  lookAt: (where: string) => `look at ${where}`,
  atLine: (line: number) => `at line ${line}`,
  hidden: 'hidden',
  bonus: 'bonus',
};

/** Of one language. */
export type ReportWords = typeof english;

const korean: ReportWords = {
  columns: ['학습자', '레슨', '점수', '상태', '힌트', '취소', '줄', '마지막 기록'],
  states: { graded: '채점됨', refused: '거부됨', unjudged: '채점 불가', finished: '완료', open: '진행 중', early: '기간 전', late: '마감 후' },
  failed: (expected, found, where) => `기대한 것: ${expected}, 실제: ${found}${where}`,
  unjudged: (reason) => `판정할 수 없음: ${reason}`,
  without: (count) => `성적 없는 파일 ${count}개:`,
  average: (finished, graded, percent) => `${graded}명 중 ${finished}명 완료, 평균 ${percent} %`,
  missed: (missed, reached) => `여기까지 온 ${reached}명 중 ${missed}명이 통과하지 못함`,
  grades: '성적',
  theClass: '반 전체',
  filesWithout: '성적 없는 파일',
  points: (points, possible) => `${possible}점 중 ${points}점`,
  facts: (lines, hints, undos, last) => `입력 ${lines}줄, 힌트 ${hints}개, 되돌림 ${undos}번, 마지막 기록 ${last}.`,
  head: ['단계', '점검', '결과', '점수', '비고'],
  marks: { passed: '✓ 통과', failed: '✗ 실패', 'not-reached': '· 도달하지 못함', unjudged: '? 판정 불가' },
  lookAt: (where) => `살펴볼 곳: ${where}`,
  atLine: (line) => `${line}번째 줄`,
  hidden: '숨김',
  bonus: '보너스',
};

const counted = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** English where no language is asked for. */
export const reportWords = (language: Language | undefined): ReportWords => (language === 'ko' ? korean : english);
