/** What was found about a submission, in the teacher's language. */

import type { Language } from '../lessons/lesson.ts';
import type { LessonGrade } from './grade.ts';

type Finding = LessonGrade['findings'][number];

const korean: Readonly<Record<string, string>> = {
  'broken-chain': '기록의 사슬이 끊겼습니다. 만든 뒤에 바뀌었거나 다른 사람의 파일입니다',
  'broken-seal': '봉인이 이름, 날짜, 레슨과 맞지 않습니다. 여러 파일을 합쳤거나 바꾼 것입니다',
  'impossible-times': '시각이 앞뒤가 맞지 않습니다',
  'other-world': '레슨의 월드가 아닌 곳에서 만들었습니다',
  'altered-lesson': '다른 판의 레슨으로 했습니다. 여기 있는 판으로 채점했습니다',
  'other-engine': '다른 버전의 k8s-lab으로 만들었습니다. 맞지 않는 것은 그 버전으로 채점하세요',
  'other-seed': '이 이름의 시드가 아닙니다. 다른 사람의 것이거나 이름을 적기 전에 한 것입니다',
  'exceeded-budget': '채점 한도를 넘어 도중에 멈췄습니다. 그 전까지 맞은 것은 인정됩니다',
  'common-seed': '이름 없이 한 것입니다. 이 시드로 한 사람은 모두 같은 문제를 받았습니다',
};

const resources: Readonly<Record<string, string>> = { steps: '단계 수', memory: '메모리', work: '작업량', 'processor time': 'CPU 시간' };

/** What of the budget was used up. */
export const resourceText = (what: string, language: Language): string => (language === 'ko' ? (resources[what] ?? what) : what);

/** The finding's message, which stands in English. */
export const findingText = ({ code, message }: Finding, language: Language): string => (language === 'ko' ? (korean[code] ?? message) : message);
