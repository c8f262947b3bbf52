/** What is wrong with a file or a submission, and what helps: in each language. */
import type { Language } from '../lessons/lesson.ts';

/** What is wrong, and what helps. */
const told = (message: string, remedy: string) => ({ message, remedy });

const again = 'Look at the lines in the file; grade it alone to see whether it happens again';

const english = {
  /** Of a file. */
  missing: told('there is no such file', 'Correct the name'),
  denied: told('it may not be read', 'Give yourself permission to read it (chmod u+r)'),
  circle: told('its symbolic links go round in a circle', 'Name the file itself'),
  link: told('a symbolic link, which may point anywhere; it was not followed', 'Name the file itself if it is wanted'),
  irregular: told('not a regular file', 'Name a file that k8s-lab submit wrote'),
  binary: told('not UTF-8 text', 'Ask for the file again; it was damaged on its way, or is another file'),
  unreadable: (reason: string) => told(reason, 'See whether the disk is well, and try again'),
  tooLarge: (size: string, most: string) =>
    told(`the file has ${size}`, `A submission has ${most} at most, and usually a few; ask for the file that k8s-lab submit wrote`),
  notJson: (why: string) => told(`not JSON: ${why}`, 'Ask for the file again; it was cut off, or is another file'),
  otherFormat: (format: string) => told(`"format" is not "${format}"`, 'Grade files that k8s-lab submit has written'),
  otherVersion: (version: string) => told(`version ${version} of the format is not known here`, 'Grade it with a newer k8s-lab, or have it made with this one'),
  malformed: (wrong: string) => told(wrong, 'Ask for the file that k8s-lab submit wrote, unchanged'),
  at: (place: string, key: string, wrong: string) => `${place}${key === '' ? '' : `: "${key}"`} ${wrong}`,
  tooLong: (seconds: number) => told(`exceeded the budget: a lesson took more than ${seconds} s to replay`, again),
  tooMuchMemory: (megabytes: number) => told(`exceeded the budget: its worlds took more than ${megabytes} MiB of memory`, again),
  failed: (reason: string) => told(`the lab failed while grading it: ${reason}`, again),
  silent: told('the worker ended before it had answered', again),
  duplicate: (who: string, lesson: string, file: string, made: string, refused: boolean) =>
    refused
      ? told(`${who}'s ${lesson} is refused in this file; ${file} (${made}) counts`, 'k8s-lab grade with this file alone tells why')
      : told(`${who} has handed in ${lesson} again in ${file} (${made})`, 'The later one counts; if they are two people, have one of them choose another name'),
  /** Why it is not JSON. */
  empty: 'it is empty',
  begins: (text: string) => `it begins with ${text}`,
  damaged: 'something within it is damaged',
  breaksOff: (length: number) => `it breaks off after ${length} character${length === 1 ? '' : 's'}`,
  /** Places in the file, and what is wrong there. */
  theFile: 'the file',
  theEvent: (lesson: string, number: number) => `${lesson}: event ${number}`,
  noObject: 'is no object',
  absent: 'is missing',
  noText: 'is no text',
  longText: (length: number, most: number) => `has ${length} characters, ${most} at most`,
  noList: 'is no list',
  longList: (length: number, most: number) => `has ${length} entries, ${most} at most`,
  noNumber: 'is no whole number in its range',
  noShortText: 'holds something that is no short text',
  noSize: 'is no size of a terminal',
  noHex: (length: number) => `is not ${length} hexadecimal digits`,
  noMoment: 'is no moment such as 2026-11-22T09:00:00Z',
  noName: 'is no name: empty, or with characters that cannot be seen',
  noLesson: 'is not of the form track/lesson',
  noEvent: 'is no event that is known',
  twoEvents: (kinds: string) => `is two events: ${kinds}`,
  twice: (lesson: string) => `lesson ${lesson} is in it twice`,
  /** Findings. */
  chain: (event: number | 'end') =>
    `the chain breaks at ${event === 'end' ? 'its end' : `event ${event}`}: the file was changed after it was made, or is somebody else's`,
  seal: 'the seal does not fit the name, the date and the lessons: the file was put together from others, or changed',
  world: (made: string, known: string) => `it was made in the world "${made}"; the lesson plays in ${known}`,
  altered: 'the learner had another version of the lesson; it was graded by the version here',
  engine: (made: string, here: string) =>
    `it was made with k8s-lab ${made}; this is ${here}. What does not hold here could not be judged: grade with that version`,
  lateEnd: (ended: string, made: string) => `the last event (${ended}) is later than the file itself (${made})`,
  seedOfAll: (seed: number, all: number) => `it was made with seed ${seed}, not with ${all}`,
  seedOfOther: (seed: number, own: number) => `it was made with seed ${seed}, which is not that of the name (${own})`,
  seedOfNobody: (seed: number) => `it was made without a name (seed ${seed}): everybody with this seed had the same variant`,
  seedOfNeighbour: (seed: number, who: string, own: number) =>
    `it was made with seed ${seed}; ${who} has ${own}: another learner's work, or made before the name was given`,
  backwards: (event: number, at: number, now: number) => `event ${event} is at ${at} ms, but the world was at ${now} ms already`,
  overAYear: (event: number) => `event ${event} is more than a year after the start`,
  overdone: (event: number, undone: number, standing: number) => `event ${event} takes back ${undone} events of ${standing}`,
  earlyEnd: (until: number, now: number) => `the end is at ${until} ms, the last event at ${now} ms`,
  endBeforeStart: (ended: string, began: string) => `it ended (${ended}) before it began (${began})`,
  noSuchLesson: (lesson: string) => `there is no lesson ${lesson} in the grader's folder`,
  brokenLesson: (reason: string) => `the grader's lesson is broken: ${reason}`,
  replayFailed: (reason: string) => `the lab failed while replaying it: ${reason}`,
  exceeded: (what: string, line: number) => `exceeded the budget (${what}) at line ${line}`,
  before: (exceeded: string) => `${exceeded}; what held before that counts`,
  /** Why a check could not be judged. */
  elsewhere: 'made with another version of k8s-lab, which may have gone on differently',
  unanswered: 'the world had not answered yet',
  rightAnswer: 'the right answer',
  question: (step: string) => `the question ${step}`,
};

/** Of one language. */
export type ProblemWords = typeof english;

const koreanAgain = '파일에 적힌 줄을 살펴보고, 이 파일만 다시 채점해 보세요';

const korean: ProblemWords = {
  missing: told('그런 파일이 없습니다', '이름을 확인하세요'),
  denied: told('읽을 권한이 없습니다', '읽기 권한을 주세요(chmod u+r)'),
  circle: told('심볼릭 링크가 서로를 가리켜 끝나지 않습니다', '파일을 직접 지정하세요'),
  link: told('어디든 가리킬 수 있는 심볼릭 링크여서 따라가지 않았습니다', '필요한 파일이면 그 파일을 직접 지정하세요'),
  irregular: told('일반 파일이 아닙니다', 'k8s-lab submit으로 만든 파일을 지정하세요'),
  binary: told('UTF-8 텍스트가 아닙니다', '전송 중에 손상됐거나 다른 파일입니다. 파일을 다시 받으세요'),
  unreadable: (reason) => told(reason, '디스크 상태를 확인하고 다시 해 보세요'),
  tooLarge: (size, most) => told(`파일 크기가 ${size}입니다`, `제출 파일은 커도 ${most}이고 보통은 몇 KiB입니다. k8s-lab submit으로 만든 파일을 받으세요`),
  notJson: (why) => told(`JSON이 아닙니다: ${why}`, '중간에 잘렸거나 다른 파일입니다. 파일을 다시 받으세요'),
  otherFormat: (format) => told(`"format"이 "${format}"이 아닙니다`, 'k8s-lab submit으로 만든 파일을 채점하세요'),
  otherVersion: (version) => told(`여기서 모르는 형식 버전입니다: ${version}`, '더 새로운 k8s-lab으로 채점하거나, 지금 버전으로 다시 만들어 달라고 하세요'),
  malformed: (wrong) => told(wrong, 'k8s-lab submit으로 만든 파일을 고치지 말고 그대로 달라고 하세요'),
  at: (place, key, wrong) => `${place}: ${key === '' ? '' : `"${key}" `}${wrong}`,
  tooLong: (seconds) => told(`채점 한도를 넘었습니다: 레슨 하나를 재생하는 데 ${seconds}초가 넘게 걸렸습니다`, koreanAgain),
  tooMuchMemory: (megabytes) => told(`채점 한도를 넘었습니다: 메모리를 ${megabytes} MiB 넘게 썼습니다`, koreanAgain),
  failed: (reason) => told(`채점하다가 k8s-lab에 오류가 났습니다: ${reason}`, koreanAgain),
  silent: told('워커가 결과를 내기 전에 끝났습니다', koreanAgain),
  duplicate: (who, lesson, file, made, refused) =>
    refused
      ? told(`이 파일에 든 ${who}의 ${lesson} 레슨은 거부되었습니다. ${file}(${made})을 인정합니다`, '이 파일만 k8s-lab grade로 채점하면 이유가 나옵니다')
      : told(`${who}의 ${lesson} 레슨이 ${file}에 또 있습니다(${made})`, '나중 것을 인정합니다. 서로 다른 사람이면 한 사람이 이름을 바꿔야 합니다'),
  empty: '비어 있습니다',
  begins: (text) => `${text}(으)로 시작합니다`,
  damaged: '내용 일부가 손상되었습니다',
  breaksOff: (length) => `${length}번째 글자 뒤가 잘렸습니다`,
  theFile: '파일',
  theEvent: (lesson, number) => `${lesson}: ${number}번째 기록`,
  noObject: '객체가 아닙니다',
  absent: '값이 없습니다',
  noText: '값이 문자열이 아닙니다',
  longText: (length, most) => `값이 ${length}자입니다(최대 ${most}자)`,
  noList: '값이 목록이 아닙니다',
  longList: (length, most) => `항목이 ${length}개입니다(최대 ${most}개)`,
  noNumber: '값이 범위 안의 정수가 아닙니다',
  noShortText: '값에 짧은 문자열이 아닌 것이 있습니다',
  noSize: '값이 터미널 크기가 아닙니다',
  noHex: (length) => `값이 16진수 ${length}자리가 아닙니다`,
  noMoment: '값이 2026-11-22T09:00:00Z 같은 시각이 아닙니다',
  noName: '값이 이름이 아닙니다. 비었거나 보이지 않는 글자가 있습니다',
  noLesson: '값이 track/lesson 형식이 아닙니다',
  noEvent: '모르는 종류의 기록입니다',
  twoEvents: (kinds) => `한 기록에 두 가지가 들어 있습니다: ${kinds}`,
  twice: (lesson) => `${lesson} 레슨이 두 번 들어 있습니다`,
  chain: (event) => `기록의 해시 사슬이 ${event === 'end' ? '끝' : `${event}번째 기록`}에서 끊깁니다. 만든 뒤에 바뀌었거나 다른 사람의 파일입니다`,
  seal: '봉인이 이름, 날짜, 레슨과 맞지 않습니다. 여러 파일을 합쳤거나 바꾼 것입니다',
  world: (made, known) => `"${made}" 월드에서 만들었습니다. 이 레슨의 월드는 ${known}입니다`,
  altered: '학습자의 레슨이 여기 있는 것과 다릅니다. 여기 있는 레슨으로 채점했습니다',
  engine: (made, here) => `k8s-lab ${made}에서 만들었습니다(여기는 ${here}). 통과하지 못한 점검은 판정할 수 없으니 그 버전으로 채점하세요`,
  lateEnd: (ended, made) => `마지막 기록(${ended})이 파일을 만든 시각(${made})보다 늦습니다`,
  seedOfAll: (seed, all) => `시드가 ${all}이 아니라 ${seed}입니다`,
  seedOfOther: (seed, own) => `시드가 ${seed}입니다. 이 이름의 시드는 ${own}입니다`,
  seedOfNobody: (seed) => `이름 없이 했습니다(시드 ${seed}). 이 시드로 한 사람은 모두 같은 문제를 받았습니다`,
  seedOfNeighbour: (seed, who, own) => `시드가 ${seed}인데 ${who}의 시드는 ${own}입니다. 다른 사람의 것이거나 이름을 적기 전에 한 것입니다`,
  backwards: (event, at, now) => `${event}번째 기록의 시각이 ${at} ms인데 그때 월드는 이미 ${now} ms였습니다`,
  overAYear: (event) => `${event}번째 기록이 시작하고 1년이 넘은 뒤입니다`,
  overdone: (event, undone, standing) => `${event}번째 기록이 남은 ${standing}개 중 ${undone}개를 되돌립니다`,
  earlyEnd: (until, now) => `끝난 시각이 ${until} ms인데 마지막 기록은 ${now} ms입니다`,
  endBeforeStart: (ended, began) => `시작(${began})보다 먼저 끝났습니다(${ended})`,
  noSuchLesson: (lesson) => `채점용 폴더에 ${lesson} 레슨이 없습니다`,
  brokenLesson: (reason) => `채점용 레슨에 오류가 있습니다: ${reason}`,
  replayFailed: (reason) => `재생하다가 k8s-lab에 오류가 났습니다: ${reason}`,
  exceeded: (what, line) => `${line}번째 줄에서 채점 한도(${resources[what] ?? what})를 넘었습니다`,
  before: (exceeded) => `${exceeded}. 그 전까지 통과한 것은 인정합니다`,
  elsewhere: '다른 버전의 k8s-lab에서 만들어 결과가 달랐을 수 있습니다',
  unanswered: '월드가 아직 답하지 않았습니다',
  rightAnswer: '맞는 답',
  question: (step) => `${step} 문제`,
};

const resources: Readonly<Record<string, string>> = { steps: '단계 수', memory: '메모리', work: '작업량', 'processor time': 'CPU 시간' };

/** What of the budget was used up. */
export const resourceText = (what: string, language: Language): string => (language === 'ko' ? (resources[what] ?? what) : what);

/** English where no language is asked for. */
export const problemWords = (language: Language | undefined): ProblemWords => (language === 'ko' ? korean : english);
