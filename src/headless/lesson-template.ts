/** What `lesson new` writes: a small lesson that can be played and proved, with comments that teach the format. */

/** Texts of the three files. */
export const lessonTemplate = (track: string, id: string): Readonly<Record<'lesson.yaml' | 'en.yaml' | 'ko.yaml', string>> => ({
  'lesson.yaml': `# yaml-language-server: $schema=../../schema/lesson.schema.json
# The facts of the lesson. All prose stands in en.yaml and ko.yaml, under the same keys.
apiVersion: k8s-lab/v1
kind: Lesson
id: ${id}
track: ${track}
minutes: 5
world:
  name: kubeadm-3                      # or node, docker-host, crio …: see "Without a screen" in the README
  vars:                                # drawn from the learner's seed; {{app}} stands for it here and in the prose
    app: { pick: [shop, forum, album] }
    n: { int: [2, 4] }
  # objects: [{ apiVersion: v1, kind: Namespace, metadata: { name: studio } }]     manifests, applied before the learner comes
  # setup: [{ on: node01, run: "touch /root/note" }]                               lines, run before the learner comes
steps:                                 # do and explore have checks, predict and quiz a question, read has neither; points add up to 100
  - id: make
    kind: do
    points: 40
    checks:                            # of the state of the world, not of what was typed
      - id: enough
        object: { resource: deployments, namespace: default, name: "{{app}}" }
        that: object.spec.replicas == {{n}} && object.status.readyReplicas == {{n}}     # CEL
        within: 60s                    # of the world's time
    hints: [which-verb, whole]         # mildest first, each costs points; only the last may give the line away
    situations:                        # what to say, for nothing, in a state that learners get into
      - when: { object: { resource: pods, namespace: default, name: "{{app}}" } }
        say: only-a-pod
  - id: guess
    kind: predict                      # either answer goes on, a wrong one costs a quarter; what comes next shows why
    points: 10
    choices: [fewer, another, same]
    answer: another
  - id: delete-one
    kind: do
    points: 50
    checks:
      - id: deleted                    # a command that was run since the step began, in parsed form
        command: { tool: kubectl, verb: delete, resource: pods, status: 0 }
      - id: full-again
        objects: { resource: pods, namespace: default, labels: "app={{app}}" }
        that: items.filter(p, p.status.phase == 'Running' && !has(p.metadata.deletionTimestamp)).size() == {{n}}
        within: 60s
    hints: [{ say: its-name, until: deleted }, whole]     # passed over once that check holds
    situations:
      - when: { command: { tool: kubectl, verb: delete, resource: deployments, status: 0 } }
        say: the-wish-too
solutions:                             # each must finish the lesson, under every seed
  - name: plain
    script: |
      kubectl create deployment {{app}} --image=nginx:1.27 --replicas={{n}}
      @answer guess another
      kubectl delete $(kubectl get pods -l app={{app}} -o name | head -1)
wrong:                                 # each must stop at the check, or the step, that it names
  - name: a-bare-pod
    script: kubectl run {{app}} --image=nginx:1.27
    fails: enough
debrief: [why, pitfalls]
`,
  'en.yaml': `# yaml-language-server: $schema=../../schema/prose.schema.json
# \`code\`, *emphasis* and **strong** words are drawn as such. Text with {{, : or # needs quotes.
title: A wish that is kept
summary: Make a Deployment, delete one of its pods, and see who notices.
story: |
  Somebody has to keep {{n}} web servers running, day and night. You give that job away.
steps:
  make:
    task: "Make a Deployment \`{{app}}\` from \`nginx:1.27\` with {{n}} replicas."
    checks:
      enough: "{{app}} has {{n}} replicas, all of them ready"
    note: "You said how many, and not where." # read once the step is passed
    hints:
      which-verb: "The verb is \`create\`; \`kubectl create deployment --help\` shows its flags."
      whole: "\`kubectl create deployment {{app}} --image=nginx:1.27 --replicas={{n}}\`"
    situations:
      only-a-pod: That is a single pod, which nobody replaces. Make a Deployment; the pod may stay.
  guess:
    task: If you delete one of the {{n}} pods, what will there be a moment later?
    choices:
      fewer: One pod fewer.
      another: As many as before, one of them new.
      same: The same pods, one of them restarted.
  delete-one:
    task: Try it. Delete one pod of \`{{app}}\`, and list the pods.
    checks:
      deleted: "a pod was deleted with kubectl"
      full-again: "{{n}} pods of {{app}} run"
    note: Another name and another address. Nobody revived the old pod; somebody counted.
    hints:
      its-name: "\`kubectl get pods\` tells the names."
      whole: "\`kubectl delete pod NAME\`"
    situations:
      the-wish-too: "You deleted the Deployment, and its pods went with it. Make it anew, then delete only a pod."
debrief:
  why: A Deployment is a wish that is kept. A controller compares the wish with what there is, and mends the difference, for ever.
  pitfalls: A bare pod is no wish. When it goes, it is gone.
`,
  'ko.yaml': `# yaml-language-server: $schema=../../schema/prose.schema.json
# 한국어와 영어는 서로의 번역이 아니라 저마다 쓴 글입니다. 조사는 뽑힐 수 있는 모든 값에 맞아야 합니다: shop이, forum이, album이.
title: 지켜지는 바람
summary: Deployment를 만들고 파드 하나를 지운 다음, 누가 알아채는지 봅니다.
story: |
  누군가는 웹 서버 {{n}}개가 밤낮없이 돌게 지켜야 합니다. 그 일을 맡겨 봅시다.
steps:
  make:
    task: "\`nginx:1.27\` 이미지로 레플리카가 {{n}}개인 Deployment \`{{app}}\`을 만드세요."
    checks:
      enough: "{{app}}의 레플리카 {{n}}개가 모두 Ready다"
    note: "몇 개인지만 말하고 어디에 띄울지는 말하지 않았습니다."
    hints:
      which-verb: "동사는 \`create\`입니다. 플래그는 \`kubectl create deployment --help\`에 나옵니다."
      whole: "\`kubectl create deployment {{app}} --image=nginx:1.27 --replicas={{n}}\`"
    situations:
      only-a-pod: 그건 단독 파드라 사라져도 아무도 새로 만들어 주지 않습니다. Deployment를 만드세요. 파드는 그대로 둬도 됩니다.
  guess:
    task: 파드 {{n}}개 중 하나를 지우면 잠시 뒤에는 어떻게 되어 있을까요?
    choices:
      fewer: 하나 줄어 있다.
      another: 수는 그대로이고 하나가 새것이다.
      same: 같은 파드들이고 하나가 재시작됐다.
  delete-one:
    task: 해 봅시다. \`{{app}}\`의 파드 하나를 지우고 목록을 보세요.
    checks:
      deleted: "kubectl로 파드를 지웠다"
      full-again: "{{app}}의 파드 {{n}}개가 돌고 있다"
    note: 이름도 IP도 새것입니다. 옛 파드를 살려 낸 것이 아니라, 세어 보고 새로 만든 것입니다.
    hints:
      its-name: "이름은 \`kubectl get pods\`로 알 수 있습니다."
      whole: "\`kubectl delete pod 이름\`"
    situations:
      the-wish-too: "Deployment를 지워서 파드도 함께 사라졌습니다. 다시 만든 다음 파드만 지우세요."
debrief:
  why: Deployment는 지켜지는 바람입니다. 컨트롤러가 바라는 상태와 지금 상태를 끝없이 비교하고 차이를 메웁니다.
  pitfalls: 단독 파드는 바람이 아닙니다. 사라지면 그것으로 끝입니다.
`,
});
