/** A lesson as it is written: facts in lesson.yaml, prose in one file a language. The JSON Schemas in schema/ say the same for editors. */

/** Every lesson has all of them. */
export type Language = 'en' | 'ko';
/** The first is what is used where nothing is said. */
export const languages: readonly Language[] = ['en', 'ko'];

/** `do` has checks, `predict` and `quiz` a question, the others are read or looked at. */
export type StepKind = 'do' | 'predict' | 'quiz' | 'explore' | 'read';

/** How a variable is drawn, once for a learner and a lesson. */
export type Variable = { readonly pick: readonly (string | number)[] } | { readonly int: readonly [number, number] } | { readonly uuid: true };

/** A fact about a Kubernetes object, the runtime of a node, a node, or what the learner did; `that` is CEL. */
export type CheckSource =
  | { readonly object: { readonly resource: string; readonly name: string; readonly namespace?: string } }
  | { readonly objects: { readonly resource: string; readonly namespace?: string; readonly labels?: string } }
  | { readonly cri: { readonly node: string; readonly list?: 'sandboxes' | 'containers' | 'images' | 'status'; readonly events?: 'sandboxes' | 'containers' } }
  | { readonly containerd: { readonly node: string; readonly namespace: string; readonly list: 'containers' | 'tasks' | 'images' | 'snapshots' } }
  | { readonly node: { readonly node: string; readonly list: 'processes' | 'units' | 'mounts' | 'listeners' } }
  | { readonly file: { readonly node: string; readonly path: string } }
  | { readonly probe: Probe }
  | {
      readonly access: {
        readonly as: string;
        readonly verb: string;
        readonly resource: string;
        readonly namespace?: string;
        readonly name?: string;
        readonly subresource?: string;
      };
    }
  | { readonly command: CommandPattern }
  | { readonly answer: string };

/** A request made inside of the world; `from` is a machine or `namespace/pod`. */
export type Probe = { readonly from: string; readonly http?: string; readonly dns?: string; readonly tcp?: string };

/** The parsed form of a command, never its text. A leading `!` in `at` means any other node. */
export type CommandPattern = {
  readonly tool: string;
  readonly verb?: string | readonly string[];
  readonly resource?: string;
  readonly name?: string;
  /** `true`: given, with whatever value; `false`: not given. */
  readonly flags?: Readonly<Record<string, string | boolean>>;
  readonly at?: string;
  /** Programs, one of which stands behind `--`: what runs in the container. */
  readonly inside?: readonly string[];
  /** How one of its arguments ends: `.log` for whoever reads a log. */
  readonly ending?: string;
  /** What stands somewhere in one of its arguments: a host in an address. */
  readonly mentions?: string;
  /** Exit status; default: whatever it was. */
  readonly status?: number;
  /** The name of a container: one of its words is the id of such a one on the node where it ran. */
  readonly container?: string;
  /** It came after such a command of this step; of this one, what `container` and `after` ask is not looked at. */
  readonly after?: CommandPattern;
};

type CheckFacts = {
  readonly id?: string;
  /** Virtual time the world is given. */
  readonly within?: string;
  /** Its part of the step's points; checks without share what is left. */
  readonly points?: number;
  /** Only in the grader's copy: it counts, holds nobody up, and learners never hear of it. */
  readonly visibility?: 'grader';
  /** Its points come on top, and the step passes without it. */
  readonly bonus?: boolean;
};

/** Facts that a step looks for; composed by all, any and not. */
export type Check = CheckFacts &
  (
    | (CheckSource & { readonly that?: string })
    | { readonly all: readonly Check[] }
    | { readonly any: readonly Check[] }
    | { readonly not: Check }
    | { readonly atLeast: { readonly count: number; readonly of: readonly Check[] } }
  );

/** What the grader does to a world that is handed in, and what must hold afterwards: a pod is deleted, a node stopped. Learners never have it. */
export type Trial = { readonly id: string; readonly at?: string; readonly run: readonly string[]; readonly points: number; readonly checks: readonly Check[] };

/** Answers are in a learner's copy too: their lab judges them. */
export type Quiz =
  | { readonly type: 'single'; readonly choices: readonly string[]; readonly answer: string }
  | { readonly type: 'multi'; readonly choices: readonly string[]; readonly answer: readonly string[] }
  | { readonly type: 'order'; readonly choices: readonly string[]; readonly answer: readonly string[] }
  /** To each choice one of `matches`, of which one may fit several choices, or none. Answered as `choice=match`. */
  | {
      readonly type: 'match';
      readonly choices: readonly string[];
      readonly matches: readonly string[];
      readonly answer: Readonly<Record<string, string>>;
    }
  | { readonly type: 'fill'; readonly answer: string | readonly string[] }
  | { readonly type: 'number'; readonly answer: number; readonly tolerance?: number };

/** A key of prose; with `until`, only of use until that check of the step holds: then it is passed over, and costs nothing. */
export type Hint = string | { readonly say: string; readonly until: string };
/** The key of its prose. */
export const hintKey = (hint: Hint): string => (typeof hint === 'string' ? hint : hint.say);

type Situation = { readonly when: Check; readonly say: string };

/** The world is such that the step cannot be passed any more: it is said, and the way back to the step's beginning is offered. */
type DeadEnd = Situation & { readonly offer: 'rewind' };

/** One step of lesson.yaml. */
export type Step = {
  readonly id: string;
  readonly kind: StepKind;
  /** Where the prompt stands when the step begins, if elsewhere. */
  readonly at?: string;
  readonly points?: number;
  readonly checks?: readonly Check[];
  /** Mildest first. */
  readonly hints?: readonly Hint[];
  readonly situations?: readonly Situation[];
  readonly deadEnds?: readonly DeadEnd[];
  /** Of a prediction. */
  readonly choices?: readonly string[];
  readonly answer?: string;
  readonly quiz?: Quiz;
};

/** Lines as they would be typed; must finish the lesson. */
export type Solution = { readonly name: string; readonly script: string };
/** `fails` names the check or the step that must not hold after it. */
export type WrongSample = Solution & { readonly fails: string; readonly visibility?: 'grader' };

/** lesson.yaml once the schema and the references have held. */
export type Lesson = {
  readonly apiVersion: 'k8s-lab/v1';
  readonly kind: 'Lesson';
  /** A copy for learners: without solutions, wrong samples and what only graders see. */
  readonly audience?: 'learners';
  readonly id: string;
  readonly track: string;
  readonly after?: readonly string[];
  readonly minutes: number;
  readonly covers?: readonly string[];
  readonly world: {
    readonly name: string;
    readonly vars?: Readonly<Record<string, Variable>>;
    readonly objects?: readonly Readonly<Record<string, unknown>>[];
    readonly files?: readonly { readonly on: string; readonly path: string; readonly content: string; readonly mode?: string }[];
    /** Lines run as root before the first step, on the node they name. */
    readonly setup?: readonly { readonly on: string; readonly run: string }[];
    /** Faults of the table in cluster/faults: before the learner starts, or (`at: step:ID`) when a step begins. */
    readonly faults?: readonly { readonly fault: string; readonly node?: string; readonly at?: string }[];
    /** What must hold before the learner starts. */
    readonly ready?: readonly Check[];
  };
  readonly start?: { readonly at?: string };
  readonly steps: readonly Step[];
  readonly solutions: readonly Solution[];
  readonly wrong: readonly WrongSample[];
  readonly trials?: readonly Trial[];
  readonly debrief: readonly string[];
};

/** One step's texts in one language. */
export type StepProse = {
  readonly task: string;
  readonly note?: string;
  /** What each check looks for, as a learner would say it. */
  readonly checks?: Readonly<Record<string, string>>;
  readonly choices?: Readonly<Record<string, string>>;
  readonly feedback?: Readonly<Record<string, string>>;
  readonly hints?: Readonly<Record<string, string>>;
  readonly situations?: Readonly<Record<string, string>>;
  readonly deadEnds?: Readonly<Record<string, string>>;
};

/** en.yaml or ko.yaml. */
export type Prose = {
  readonly title: string;
  readonly summary: string;
  readonly story: string;
  readonly steps: Readonly<Record<string, StepProse>>;
  readonly debrief: Readonly<Record<string, string>>;
};

/** A lesson with all its languages, as it is used. */
export type LoadedLesson = {
  readonly lesson: Lesson;
  readonly prose: Readonly<Record<Language, Prose>>;
  /** SHA-256 over its files. */
  readonly hash: string;
  /** Where something stands, by JSON pointer; not there in a lesson that was made by a build. */
  readonly at?: (file: 'lesson.yaml' | `${Language}.yaml`, pointer: string) => { readonly file: string; readonly line: number };
};

/** A track's place in the curriculum. */
export type Track = { readonly id: string; readonly title: Readonly<Record<Language, string>>; readonly lessons: readonly LoadedLesson[] };

/** What is wrong with a lesson's file, where, and what to do about it. */
export type Problem = { readonly file: string; readonly line: number; readonly message: string; readonly remedy: string };
/** One line, as compilers write it. */
export const problemText = ({ file, line, message, remedy }: Problem): string => `${file}:${line}: ${message}. ${remedy}`;

const defaultPoints = 10;
/** Of a whole step. */
export const pointsOf = (step: Step): number => step.points ?? defaultPoints;
