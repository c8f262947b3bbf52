/** How facts of checks are put in each language. Paths, names and values stand as Kubernetes writes them. */
import type { Language } from '../lessons/lesson.ts';

/** Operators of CEL. */
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** One language; functions rather than templates, for word order differs. */
export type Wording = {
  readonly and: string;
  readonly or: string;
  readonly compare: Readonly<Record<Comparison, (what: string, value: string) => string>>;
  readonly oneOf: (what: string, values: string, not: boolean) => string;
  readonly set: (what: string, not: boolean) => string;
  readonly holds: (what: string, text: string, not: boolean) => string;
  readonly starts: (what: string, text: string, not: boolean) => string;
  readonly ends: (what: string, text: string, not: boolean) => string;
  readonly matches: (what: string, text: string, not: boolean) => string;
  /** How many of a kind. */
  readonly count: Readonly<Record<Comparison, (number: string, noun: string) => string>>;
  readonly where: (things: string, condition: string) => string;
  readonly some: (noun: string) => string;
  readonly none: (noun: string) => string;
  readonly every: (noun: string, condition: string) => string;
  readonly noneOf: (count: number, noun: string) => string;
  /** Something named, and what is so about it. */
  readonly about: (name: string, fact: string) => string;
  readonly noun: (plural: string, one: boolean) => string;
  readonly unset: string;
  readonly empty: string;
  readonly there: string;
  readonly missing: string;
  /** Of a word that a long text lacks. */
  readonly notInIt: string;
  readonly content: string;
  readonly answer: string;
  readonly noAnswer: string;
  readonly allowed: string;
  readonly notAllowed: string;
  readonly yes: (what: string, not: boolean) => string;
  readonly entries: (count: number) => string;
  readonly gone: (thing: string) => string;
  readonly file: (path: string) => string;
  readonly onMachine: (machine: string, command: string) => string;
  readonly apiAnswer: string;
  readonly unreachable: string;
  readonly runtimeAnswer: string;
  readonly silentSocket: string;
  readonly command: string;
  readonly notRun: string;
  /** It was run, but not so: `status` is how it ended; undefined while it runs. */
  readonly runs: string;
  readonly ended: (status: number) => string;
  readonly onOther: (machine: string) => string;
  readonly runOtherwise: string;
  readonly notAnswered: string;
  readonly otherwise: string;
};

const not = (no: boolean): string => (no ? ' not' : '');

const english: Wording = {
  and: ' and ',
  or: ' or ',
  compare: {
    '==': (what, value) => `${what} is ${value}`,
    '!=': (what, value) => `${what} is not ${value}`,
    '<': (what, value) => `${what} is less than ${value}`,
    '<=': (what, value) => `${what} is at most ${value}`,
    '>': (what, value) => `${what} is more than ${value}`,
    '>=': (what, value) => `${what} is at least ${value}`,
  },
  oneOf: (what, values, no) => `${what} is${no ? ' none' : ' one'} of ${values}`,
  set: (what, no) => `${what} is${not(no)} set`,
  holds: (what, text, no) => `${what} ${no ? 'does not contain' : 'contains'} ${text}`,
  starts: (what, text, no) => `${what} ${no ? 'does not begin' : 'begins'} with ${text}`,
  ends: (what, text, no) => `${what} ${no ? 'does not end' : 'ends'} with ${text}`,
  matches: (what, text, no) => `${what} ${no ? 'has nothing like' : 'has something like'} ${text}`,
  count: {
    '==': (number, noun) => (number === '0' ? `no ${noun}` : `exactly ${number} ${noun}`),
    '!=': (number, noun) => `another number of ${noun} than ${number}`,
    '<': (number, noun) => `fewer than ${number} ${noun}`,
    '<=': (number, noun) => `at most ${number} ${noun}`,
    '>': (number, noun) => (number === '0' ? `some ${noun}` : `more than ${number} ${noun}`),
    '>=': (number, noun) => `at least ${number} ${noun}`,
  },
  where: (things, condition) => `${things} where ${condition}`,
  some: (noun) => `at least one ${noun}`,
  none: (noun) => `no ${noun}`,
  every: (noun, condition) => `for every ${noun}: ${condition}`,
  noneOf: (count, noun) => (count === 0 ? `no ${noun} at all` : `none of ${count} ${noun} fits`),
  about: (name, fact) => `${name}: ${fact}`,
  noun: (plural, one) => (one ? singular(plural) : plural),
  unset: 'not set',
  empty: 'empty',
  there: 'it is there',
  missing: 'there is none',
  notInIt: 'it says something else',
  content: 'the content',
  answer: 'an answer',
  noAnswer: 'no answer',
  allowed: 'allowed',
  notAllowed: 'not allowed',
  yes: (what, no) => `${what} is${not(no)} true`,
  entries: (count) => (count === 1 ? '1 entry' : `${count} entries`),
  gone: (thing) => `no ${thing}`,
  file: (path) => `the file ${path}`,
  onMachine: (machine, command) => `${command} on ${machine === 'any' ? 'any node' : machine}`,
  apiAnswer: 'an answer of the API',
  unreachable: 'it cannot be reached',
  runtimeAnswer: 'a runtime that answers',
  silentSocket: 'nobody answers on its socket',
  command: 'a command',
  notRun: 'not run yet',
  runs: 'it still runs, and counts once it has ended',
  ended: (status) => `it ended with status ${status}`,
  onOther: (machine) => `it was run on ${machine}`,
  runOtherwise: 'it was run, but not in this way',
  notAnswered: 'none yet',
  otherwise: 'this not to be so',
};

/** `boxes` → `box`, `processes` → `process`, `entries` → `entry`. */
const singular = (plural: string): string =>
  plural
    .replace(/ies$/, 'y')
    .replace(/(ss|x)es$/, '$1')
    .replace(/(?<![su])s$|(?<=us)es$/, '');

const nouns: Readonly<Record<string, string>> = {
  pods: '파드',
  nodes: '노드',
  namespaces: '네임스페이스',
  events: '이벤트',
  services: '서비스',
  endpointslices: '엔드포인트슬라이스',
  containers: '컨테이너',
  containerStatuses: '컨테이너',
  sandboxes: '샌드박스',
  images: '이미지',
  tasks: '태스크',
  snapshots: '스냅샷',
  units: '유닛',
  processes: '프로세스',
  listeners: '열린 포트',
  mounts: '마운트',
  conditions: '컨디션',
  taints: '테인트',
  labels: '레이블',
  endpoints: '엔드포인트',
  ports: '포트',
  deployments: '디플로이먼트',
  replicasets: '레플리카셋',
  daemonsets: '데몬셋',
  configmaps: '컨피그맵',
  entries: '항목',
};
const koreanSize = (end: string) => (number: string, noun: string) => (number === '0' && end === '' ? `${noun} 없음` : `${noun} ${number}개${end}`);

const korean: Wording = {
  and: ', ',
  or: ' 또는 ',
  compare: {
    '==': (what, value) => `${what} 값이 ${value}`,
    '!=': (what, value) => `${what} 값이 ${value} 외의 것`,
    '<': (what, value) => `${what} 값이 ${value} 미만`,
    '<=': (what, value) => `${what} 값이 ${value} 이하`,
    '>': (what, value) => `${what} 값이 ${value} 초과`,
    '>=': (what, value) => `${what} 값이 ${value} 이상`,
  },
  oneOf: (what, values, no) => `${what} 값이 ${values} ${no ? '외의 것' : '중 하나'}`,
  set: (what, no) => `${what} ${no ? '없음' : '있음'}`,
  holds: (what, text, no) => `${what}에 ${text} ${no ? '없음' : '있음'}`,
  starts: (what, text, no) => `${what} 앞부분이 ${text}${no ? ' 외의 것' : ''}`,
  ends: (what, text, no) => `${what} 끝부분이 ${text}${no ? ' 외의 것' : ''}`,
  matches: (what, text, no) => `${what}에 ${text} 모양의 글 ${no ? '없음' : '있음'}`,
  count: {
    '==': koreanSize(''),
    '!=': (number, noun) => `${noun} 개수가 ${number} 외의 것`,
    '<': koreanSize(' 미만'),
    '<=': koreanSize(' 이하'),
    '>': (number, noun) => (number === '0' ? `${noun} 있음` : `${noun} ${number}개 초과`),
    '>=': koreanSize(' 이상'),
  },
  where: (things, condition) => `${things} (조건: ${condition})`,
  some: (noun) => `${noun} 하나 이상`,
  none: (noun) => `${noun} 없음`,
  every: (noun, condition) => `모든 ${noun}: ${condition}`,
  noneOf: (count, noun) => (count === 0 ? `${noun} 없음` : `${noun} ${count}개 중 맞는 것 없음`),
  about: (name, fact) => `${name}: ${fact}`,
  noun: (plural) => nouns[plural] ?? plural,
  unset: '없음',
  empty: '비어 있음',
  there: '있음',
  missing: '없음',
  notInIt: '내용이 다름',
  content: '내용',
  answer: '응답 있음',
  noAnswer: '응답 없음',
  allowed: '허용됨',
  notAllowed: '허용되지 않음',
  yes: (what, no) => `${what} 값이 ${no ? 'false' : 'true'}`,
  entries: (count) => `${count}개`,
  gone: (thing) => `${thing} 없음`,
  file: (path) => `${path} 파일`,
  onMachine: (machine, command) => `${machine === 'any' ? '아무 노드' : machine}에서 ${command}`,
  apiAnswer: 'API 서버의 응답',
  unreachable: '닿을 수 없음',
  runtimeAnswer: '응답하는 런타임',
  silentSocket: '소켓에서 아무도 응답하지 않음',
  command: '명령',
  notRun: '아직 실행하지 않음',
  runs: '아직 실행 중, 끝나면 셉니다',
  ended: (status) => `끝남, 종료 코드 ${status}`,
  onOther: (machine) => `${machine}에서 실행함`,
  runOtherwise: '실행했지만 찾는 방식과 다름',
  notAnswered: '아직 없음',
  otherwise: '그렇지 않은 상태',
};

/** By language. */
export const wordings: Readonly<Record<Language, Wording>> = { en: english, ko: korean };
