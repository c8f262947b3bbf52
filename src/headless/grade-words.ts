/** What grade and submit say on standard error, in each language. */
import type { Language } from '../lessons/lesson.ts';

const count = (number: number, one: string, more: string): string => `${number} ${number === 1 ? one : more}`;

const english = {
  resumed: (done: number, open: number) => `${count(done, 'file was', 'files were')} graded before; ${open} are left`,
  stopping: 'stopping after the files in hand …',
  interrupted: (path: string) => `interrupted; what was graded is kept: give the same command again to go on (${path})`,
  unwritten: (path: string) => `What was graded is kept: give the same command again to go on (${path})`,
  kept: (path: string) => `The grades are kept: the same command goes on from there (${path})`,
  summary: (grades: number, learners: number, problems: number) =>
    `${count(grades, 'grade', 'grades')} of ${count(learners, 'learner', 'learners')}${problems > 0 ? `; ${problems} without:` : ''}`,
  progress: (done: number, total: number, rate: string, left: string) => `${done}/${total} files, ${rate} a second, ${left} left`,
  progressLine: (text: string) => `graded ${text}`,
  duration: (hours: number, minutes: number, seconds: number) =>
    hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${seconds} s` : `${seconds} s`,
  /** Of grade --open. */
  openOne: 'grade --open takes one file that k8s-lab submit wrote, and perhaps the lesson to begin with',
  openTerminal: 'grade --open needs a terminal; without one, grade --format markdown tells the same',
  openOther: (file: string, name: string, lessons: string) => `${file} has no lesson "${name}"; it has ${lessons}`,
  openNothing: (file: string, why: string) => `${file}: nothing in it can be played. ${why}`,
  /** Of submit. */
  nobody: 'say who hands it in: --name WHO (a name or an id; it is remembered)',
  nowhere: 'submit takes -o FILE, or --show to read what would be in it',
  nothing: 'nothing is recorded yet: play a lesson first',
  nothingOf: (name: string, lessons: string) => `nothing is recorded of "${name}"; there is ${lessons}`,
  otherSeed: (lesson: string, seed: number, nameless: boolean, who: string) =>
    `k8s-lab: ${lesson} was played with seed ${seed}${nameless ? ' (before a name was given)' : ''}, not with ${who}'s own; a teacher may want it played again`,
  submitted: (file: string, lessons: number, who: string) => `${file}: ${count(lessons, 'lesson', 'lessons')} of ${who}, ready to be handed in`,
  shownHead: (who: string, made: string) => `Handed in by ${who}, ${made}. This is all that is in the file, but for hashes that protect it:`,
  shownLesson: (lesson: string, world: string, time: string) => `${lesson}: world ${world}, ${time} in all`,
};

/** Of one language. */
export type GradeWords = typeof english;

const korean: GradeWords = {
  resumed: (done, open) => `파일 ${done}개는 이미 채점했고 ${open}개가 남았습니다`,
  stopping: '채점 중인 파일까지만 끝내고 멈춥니다 …',
  interrupted: (path) => `중단했습니다. 채점한 것은 저장되어 있으니 같은 명령을 다시 실행하면 이어서 합니다(${path})`,
  unwritten: (path) => `채점한 것은 저장되어 있으니 같은 명령을 다시 실행하면 이어서 합니다(${path})`,
  kept: (path) => `성적은 저장되어 있으니 같은 명령을 다시 실행하면 거기서부터 이어집니다(${path})`,
  summary: (grades, learners, problems) => `${learners}명의 성적 ${grades}개${problems > 0 ? `, 성적 없는 파일 ${problems}개:` : ''}`,
  progress: (done, total, rate, left) => `파일 ${done}/${total}개, 초당 ${rate}개, 남은 시간 ${left}`,
  progressLine: (text) => `채점: ${text}`,
  duration: (hours, minutes, seconds) => (hours > 0 ? `${hours}시간 ${minutes}분` : minutes > 0 ? `${minutes}분 ${seconds}초` : `${seconds}초`),
  openOne: 'grade --open에는 k8s-lab submit으로 만든 파일 하나를 주고, 처음 볼 레슨을 더할 수 있습니다',
  openTerminal: 'grade --open은 터미널에서만 됩니다. 터미널이 아니면 grade --format markdown을 쓰세요',
  openOther: (file, name, lessons) => `${file}에 "${name}" 레슨이 없습니다. 들어 있는 레슨: ${lessons}`,
  openNothing: (file, why) => `${file}: 재생할 수 있는 것이 없습니다. ${why}`,
  nobody: '누가 제출하는지 적어 주세요: --name 이름(이름이나 학번. 다음부터는 기억합니다)',
  nowhere: 'submit에는 -o 파일, 또는 내용을 미리 보는 --show가 필요합니다',
  nothing: '아직 기록된 것이 없습니다. 먼저 레슨을 해 보세요',
  nothingOf: (name, lessons) => `"${name}" 레슨의 기록이 없습니다. 기록이 있는 레슨: ${lessons}`,
  otherSeed: (lesson, seed, nameless, who) =>
    `k8s-lab: ${lesson} 레슨은 ${who}의 시드가 아니라 시드 ${seed}(으)로 했습니다${nameless ? '(이름을 적기 전)' : ''}. 선생님이 다시 하라고 할 수도 있습니다`,
  submitted: (file, lessons, who) => `${file}: ${who}의 레슨 ${lessons}개. 이 파일을 선생님께 내세요`,
  shownHead: (who, made) => `제출자 ${who}, ${made}. 위조를 막는 해시를 빼면 파일에 든 것은 이것이 전부입니다:`,
  shownLesson: (lesson, world, time) => `${lesson}: 월드 ${world}, 모두 ${time}`,
};

/** English where no language is asked for. */
export const gradeWords = (language: Language | undefined): GradeWords => (language === 'ko' ? korean : english);
