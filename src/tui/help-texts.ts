/** The help page. */
import type { Language } from '../lessons/lesson.ts';

export const helpTexts: Readonly<Record<Language, string>> = {
  en: `# Where you are
The terminal is a root shell on a machine of a simulated cluster. Everything in it happens in its own time, shown below. A task turns green by itself when the world is as it asks.

# Keys
- \`Esc\` or \`Ctrl-O\`: to the lesson and back to the terminal. There \`↑\` \`↓\` \`PgUp\` \`PgDn\` scroll, and \`q\` leaves
- \`Alt-↑\` \`Alt-↓\`: scroll the lesson without leaving the terminal
- \`F1\`: this page (or \`?\` in the lesson)
- \`F2\` or \`Ctrl-X\`: X-ray, the calls that the last command set off
- \`F3\`: nodes, pods and containers
- \`F4\`: a hint; it costs a quarter of the step's points
- \`F5\`: stop the world's clock and let it go on
- \`F6\`: ten times as fast, and back
- \`F7\`: skip to the end of the command that waits, or to the next thing that happens
- \`F8\` or \`Ctrl-_\`: undo the last command (the lesson is played again up to it)
- \`F9\`: start this step or the whole lesson over
- \`F10\`: Korean or English
- \`Ctrl-Q\`: leave; what you did is kept

# In the terminal
- \`Tab\` completes, twice lists. \`Ctrl-R\` searches the history. \`PgUp\` and \`PgDn\` look back
- \`Ctrl-C\` stops a command, \`Ctrl-Z\` holds it, \`Ctrl-D\` ends the input, \`Ctrl-L\` clears
- While \`vi\`, \`less\` or \`watch\` has the screen, all keys but the F-keys are theirs. Out of \`vi\`: \`Esc\`, then \`:wq\` (saved) or \`:q!\` (not saved) and Enter; out of \`less\`: \`q\`; out of \`watch\`: \`Ctrl-C\``,
  ko: `# 지금 있는 곳
터미널은 시뮬레이션된 클러스터의 한 머신에 root로 들어간 셸입니다. 그 안의 시간은 따로 흐르며 아래쪽에 표시됩니다. 과제가 요구하는 상태가 되면 자동으로 통과합니다.

# 키
- \`Esc\` 또는 \`Ctrl-O\`: 레슨으로 갔다가 터미널로 돌아오기. 레슨에서는 \`↑\` \`↓\` \`PgUp\` \`PgDn\`으로 스크롤하고 \`q\`로 나갑니다
- \`Alt-↑\` \`Alt-↓\`: 터미널에 있는 채로 레슨 스크롤하기
- \`F1\`: 이 도움말 (레슨에서는 \`?\`도 됩니다)
- \`F2\` 또는 \`Ctrl-X\`: 엑스레이. 마지막 명령이 일으킨 호출들
- \`F3\`: 노드, 파드, 컨테이너
- \`F4\`: 힌트. 하나에 그 단계 점수의 1/4을 씁니다
- \`F5\`: 시계 멈추기와 다시 가게 하기
- \`F6\`: 열 배 빠르게, 다시 원래대로
- \`F7\`: 기다리는 명령의 끝이나 다음 일이 생길 때까지 건너뛰기
- \`F8\` 또는 \`Ctrl-_\`: 마지막 명령 되돌리기 (그 앞까지 다시 재생합니다)
- \`F9\`: 이 단계나 레슨 전체를 처음부터 다시
- \`F10\`: 한국어와 영어 바꾸기
- \`Ctrl-Q\`: 나가기. 한 것은 저장됩니다

# 터미널에서
- \`Tab\`은 자동 완성, 두 번 누르면 목록. \`Ctrl-R\`은 히스토리 검색. \`PgUp\`과 \`PgDn\`으로 지난 출력을 봅니다
- \`Ctrl-C\`는 명령 중단, \`Ctrl-Z\`는 잠시 멈춤, \`Ctrl-D\`는 입력 끝, \`Ctrl-L\`은 화면 지우기
- \`vi\`, \`less\`, \`watch\`가 화면을 쓰는 동안에는 F키를 뺀 모든 키가 그 프로그램으로 갑니다. \`vi\`에서 나오기: \`Esc\`를 누르고 \`:wq\`(저장) 또는 \`:q!\`(저장 안 함)와 Enter. \`less\`는 \`q\`, \`watch\`는 \`Ctrl-C\``,
};
