/** What can go wrong with files of the learner's own, in each language: what, which file, and what helps. */
import type { Language } from '../lessons/lesson.ts';

/** Told as facts; words are made where it is shown. */
export type Trouble =
  /** The progress file could not be used; `aside`: where it lies now, if it could be moved. */
  | { readonly kind: 'damaged' | 'version'; readonly file: string; readonly aside: string | undefined }
  /** `reason`: as the system says it, with its code in front. */
  | { readonly kind: 'unreadable' | 'notSaved'; readonly file: string; readonly reason: string }
  /** Another lab has written the same lesson since. */
  | { readonly kind: 'shared'; readonly file: string }
  | { readonly kind: 'lessons'; readonly folder: string; readonly problems: readonly string[] };

/** `goOn`: what holds as long as the lab runs. */
export type TroubleText = { readonly question: string; readonly note: string; readonly goOn?: string };

type Words = {
  readonly reasons: Readonly<Record<'full' | 'denied' | 'blocked' | 'missing', string>>;
  readonly texts: {
    readonly [Kind in Trouble['kind']]: (trouble: Trouble & { readonly kind: Kind }, reason: string) => TroubleText;
  };
};

const codes: Readonly<Record<string, keyof Words['reasons']>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOTDIR: 'blocked',
  EEXIST: 'blocked',
  EISDIR: 'blocked',
  ENOENT: 'missing',
};
/** Broken lessons that are told one by one. */
const mostProblems = 4;

const english: Words = {
  reasons: {
    full: 'there is no space left',
    denied: 'it may not be written or read here',
    blocked: 'a file or folder of that name is in the way',
    missing: 'there is no such folder, and it cannot be made',
  },
  texts: {
    damaged: ({ file, aside }) => ({ question: 'The file with your progress was damaged.', note: asideInEnglish(file, aside) }),
    version: ({ file, aside }) => ({ question: 'The file with your progress was written by another version of k8s-lab.', note: asideInEnglish(file, aside) }),
    unreadable: ({ file }, reason) => ({
      question: `Your progress cannot be read: ${reason}.`,
      note: `File: ${file}\nYou can go on, but nothing is saved. Make the file readable for you, or set XDG_STATE_HOME to another folder, and start again.`,
    }),
    notSaved: ({ file }, reason) => ({
      question: `Your progress could not be saved: ${reason}.`,
      note: `File: ${file}\nFree some space, make its folder writable, or start with XDG_STATE_HOME set to another folder.`,
      goOn: 'You can go on: it is tried again after each command.',
    }),
    shared: ({ file }) => ({
      question: 'This lesson is open in another k8s-lab too.',
      note: `File: ${file}\nBoth save it there, and what is saved last stays. Close one of the two.`,
    }),
    lessons: ({ folder, problems }) => ({
      question: 'Lessons that are broken were left out.',
      note: `${someOf(problems)}\nAll of it: k8s-lab lesson check ${folder}`,
    }),
  },
};

const asideInEnglish = (file: string, aside: string | undefined): string =>
  aside === undefined
    ? `File: ${file}\nIt could not be moved away: nothing is saved until you move it yourself.`
    : `File: ${file}\nIt now lies in ${aside}, unchanged, and a new one is begun. If you have a copy that is whole, put it in its place.`;

const korean: Words = {
  reasons: {
    full: '디스크에 남은 공간이 없습니다',
    denied: '읽거나 쓸 권한이 없습니다',
    blocked: '같은 이름의 파일이나 폴더가 막고 있습니다',
    missing: '그런 폴더가 없고, 만들 수도 없습니다',
  },
  texts: {
    damaged: ({ file, aside }) => ({ question: '진행 상황 파일이 손상되어 있습니다.', note: asideInKorean(file, aside) }),
    version: ({ file, aside }) => ({ question: '진행 상황 파일을 다른 버전의 k8s-lab이 썼습니다.', note: asideInKorean(file, aside) }),
    unreadable: ({ file }, reason) => ({
      question: `진행 상황을 읽지 못했습니다: ${reason}.`,
      note: `파일: ${file}\n계속할 수는 있지만 저장되지 않습니다. 파일을 읽을 수 있게 고치거나, XDG_STATE_HOME을 다른 폴더로 정하고 다시 시작하세요.`,
    }),
    notSaved: ({ file }, reason) => ({
      question: `진행 상황을 저장하지 못했습니다: ${reason}.`,
      note: `파일: ${file}\n공간을 비우거나, 폴더에 쓸 수 있게 고치거나, XDG_STATE_HOME을 다른 폴더로 정하고 시작하세요.`,
      goOn: '계속해도 됩니다. 명령이 끝날 때마다 다시 저장해 봅니다.',
    }),
    shared: ({ file }) => ({
      question: '이 레슨이 다른 k8s-lab에서도 열려 있습니다.',
      note: `파일: ${file}\n둘 다 여기에 저장하므로 나중에 저장한 것만 남습니다. 둘 중 하나를 닫으세요.`,
    }),
    lessons: ({ folder, problems }) => ({
      question: '고장 난 레슨은 목록에서 뺐습니다.',
      note: `${someOf(problems)}\n전부 보려면: k8s-lab lesson check ${folder}`,
    }),
  },
};

const asideInKorean = (file: string, aside: string | undefined): string =>
  aside === undefined
    ? `파일: ${file}\n다른 곳으로 옮기지도 못했습니다. 직접 옮길 때까지는 저장되지 않습니다.`
    : `파일: ${file}\n그대로 ${aside} 파일로 옮겨 두고 새로 시작합니다. 온전한 사본이 있으면 원래 자리에 넣으세요.`;

const someOf = (problems: readonly string[]): string =>
  [...problems.slice(0, mostProblems), ...(problems.length > mostProblems ? [`… +${problems.length - mostProblems}`] : [])].join('\n');

const words: Readonly<Record<Language, Words>> = { en: english, ko: korean };

/** Why a file could not be written; undefined for what the system rarely says. */
export function reasonText(code: string, language: Language): string | undefined {
  const known = codes[code];
  return known && words[language].reasons[known];
}

/** With the system's reason in the learner's language where it is a known one. */
export function troubleText(trouble: Trouble, language: Language): TroubleText {
  const { reasons, texts } = words[language];
  const said = 'reason' in trouble ? trouble.reason : '';
  const code = codes[/^E[A-Z]+/.exec(said)?.[0] ?? ''];
  return (texts[trouble.kind] as (trouble: Trouble, reason: string) => TroubleText)(trouble, code ? reasons[code] : said);
}
