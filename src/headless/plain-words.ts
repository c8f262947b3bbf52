/** What only the lines say. */
import type { Language, Quiz } from '../lessons/lesson.ts';

/** What the lines need beyond the screen's own words. */
export type PlainWords = {
  readonly choose: string;
  readonly help: string;
  readonly prompt: string;
  readonly stopped: string;
  readonly raw: string;
  readonly rewind: string;
  /** How to answer, by the kind of question. */
  readonly ask: Readonly<Record<Quiz['type'], string>>;
  readonly badAnswer: string;
  readonly noQuestion: string;
  readonly unknown: (command: string) => string;
  readonly time: string;
  readonly finished: string;
  readonly needsFile: string;
  readonly exists: string;
  /** States of containers, for marks that nobody can hear. */
  readonly marks: Readonly<Record<string, string>>;
};

/** By language. */
export const plainWords: Readonly<Record<Language, PlainWords>> = {
  en: {
    choose: 'Type a number to open a lesson. :lang changes to Korean, :quit ends.',
    help: `Lines go to the shell. Lines that begin with a colon are for the lab:
  :task           the task again       :check        what already holds
  :hint           a hint (costs a quarter of the step's points)
  :answer 1,3     answer a question by numbers, or by a word
  :next           go on from a page    :wait 30      let 30 seconds pass
  :skip           let time pass until something happens
  :xray           calls that the last command set off
  :cluster        nodes, pods and containers
  :undo           undo the last command
  :rewind         back to where this step began
  :restart        start over           :menu         back to the lessons
  :lang           Korean or English    :name kim     who you are
  :submit FILE    hand in what you did :quit         end; what you did is kept`,
    prompt: 'Type :help for what else there is.',
    stopped: '(stopped: it ran for too long, or wrote too much)',
    raw: '(A full-screen program has the terminal. What you type goes to it as keys; an empty line is Enter, :esc is Escape, :key q is q.)',
    rewind: ':rewind goes back to where this step began.',
    ask: {
      single: 'Answer with :answer and the number.',
      multi: 'Answer with :answer and the numbers of all that apply: 1 3 …',
      order: 'Answer with :answer and all numbers in your order: 2 1 3 …',
      match: 'Answer with :answer and pairs: 1=b 2=a …',
      fill: 'Answer with :answer and the word.',
      number: 'Answer with :answer and the number you found.',
    },
    badAnswer: 'That is none of the choices, or no number where one is asked for.',
    noQuestion: 'This step asks no question.',
    unknown: (command) => `There is no :${command}.`,
    time: 'Here time stands still while you type. :wait 30 lets 30 seconds pass, :skip waits until something happens.',
    finished: 'The lesson is done. :menu leads back to the lessons; you may also stay in this cluster.',
    needsFile: ':submit needs the name of a file to write, and :name must have been given.',
    exists: 'There is such a file already. The same :submit again writes over it.',
    marks: { '●': 'running', '○': 'created', '✗': 'exited', '?': 'unknown' },
  },
  ko: {
    choose: '번호를 입력하면 레슨이 열립니다. :lang은 영어로, :quit은 끝내기입니다.',
    help: `입력한 줄은 셸로 갑니다. 콜론으로 시작하는 줄은 랩에 하는 말입니다.
  :task           과제 다시 보기       :check        지금 맞는 것과 안 맞는 것
  :hint           힌트 (단계 점수의 1/4을 씁니다)
  :answer 1,3     번호나 낱말로 문제에 답하기
  :next           다음으로             :wait 30      30초 보내기
  :skip           무슨 일이 생길 때까지 시간 보내기
  :xray           마지막 명령이 일으킨 호출들
  :cluster        노드, 파드, 컨테이너
  :undo           마지막 명령 되돌리기
  :rewind         이 단계의 처음으로
  :restart        처음부터 다시        :menu         레슨 목록으로
  :lang           한국어와 영어        :name 홍길동  이름 정하기
  :submit 파일    한 것 제출하기       :quit         끝내기. 한 것은 저장됩니다`,
    prompt: ':help를 입력하면 다른 명령을 볼 수 있습니다.',
    stopped: '(너무 오래 돌거나 출력이 너무 많아서 멈췄습니다)',
    raw: '(화면 전체를 쓰는 프로그램이 실행 중입니다. 입력은 키로 전달됩니다. 빈 줄은 Enter, :esc는 Esc, :key q는 q입니다.)',
    rewind: ':rewind를 입력하면 이 단계의 처음으로 돌아갑니다.',
    ask: {
      single: ':answer 뒤에 번호를 적어 답하세요.',
      multi: ':answer 뒤에 맞는 것의 번호를 모두 적어 답하세요: 1 3 …',
      order: ':answer 뒤에 번호를 모두 순서대로 적어 답하세요: 2 1 3 …',
      match: ':answer 뒤에 짝을 적어 답하세요: 1=b 2=a …',
      fill: ':answer 뒤에 찾은 말을 적어 답하세요.',
      number: ':answer 뒤에 찾은 수를 적어 답하세요.',
    },
    badAnswer: '그런 보기가 없거나, 숫자로 답할 문제입니다.',
    noQuestion: '이 단계는 묻는 것이 없습니다.',
    unknown: (command) => `:${command}라는 명령은 없습니다.`,
    time: '여기서는 입력하는 동안 시간이 흐르지 않습니다. :wait 30은 30초를 보내고, :skip은 무슨 일이 생길 때까지 기다립니다.',
    finished: '레슨이 끝났습니다. :menu를 입력하면 레슨 목록으로 갑니다. 이 클러스터에 더 머물러도 됩니다.',
    needsFile: ':submit 뒤에 저장할 파일 이름을 적어 주세요. 이름도 :name으로 정해져 있어야 합니다.',
    exists: '같은 파일이 이미 있습니다. 같은 :submit을 한 번 더 입력하면 덮어씁니다.',
    marks: { '●': '실행 중', '○': '만들어짐', '✗': '끝남', '?': '알 수 없음' },
  },
};

/** A mark before a container's name becomes a word behind it. */
export function spoken(rows: readonly string[], language: Language): string[] {
  const { marks } = plainWords[language];
  return rows.map((row) => row.replace(/([●○✗?]) (\S+)/g, (_whole, mark: string, name: string) => `${name} ${marks[mark] ?? mark}`));
}
