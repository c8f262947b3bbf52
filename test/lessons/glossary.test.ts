import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lessonFolders, packagedLessons } from '../../src/headless/lesson-files.ts';
import { readTracks } from '../../src/headless/lessons-folder.ts';

/** One Korean word for each thing, in all lessons. Kinds of the API keep their English names. */
const instead: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/라벨/, '레이블'],
  [/서비스 ?(어카운트|계정)/, 'ServiceAccount'],
  [/도커/, 'Docker'],
  [/옵션/, '플래그'],
  [/매니지드/, '관리형'],
  [/디렉터리|디렉토리/, '폴더'],
  [/신호/, '시그널'],
  [/애노테이션/, '어노테이션'],
  [/지연 풀(?!링)/, '지연 풀링'],
  [/(^|[^가-힣])리스[가를는]/, 'Lease'],
  [/디플로이먼트/, 'Deployment'],
  [/레플리카 ?셋/, 'ReplicaSet'],
  [/데몬 ?셋/, 'DaemonSet'],
  [/컨피그 ?맵/, 'ConfigMap'],
  [/시크릿/, 'Secret'],
  [/파일 시스템/, '파일시스템'],
  [/이름 ?공간/, '네임스페이스'],
  [/퇴거/, '축출'],
  [/정적 파드/, '스태틱 파드'],
  [/선택자/, '셀렉터'],
  [/객체/, '오브젝트'],
  [/제어 평면/, '컨트롤 플레인'],
  [/(OCI|런타임|이미지|배포) 스펙/, '규격'],
];

test('every thing has one name in Korean', () => {
  const found: string[] = [];
  for (const folder of lessonFolders(packagedLessons())) {
    const text = readFileSync(`${folder}/ko.yaml`, 'utf8');
    for (const [wrong, right] of instead) if (wrong.test(text)) found.push(`${folder.split('/').slice(-2).join('/')}: ${wrong.exec(text)?.[0]} → ${right}`);
  }
  expect(found).toEqual([]);
});

/** How words that lessons draw end when they are read in Korean: in a vowel, or in a consonant. Particles depend on it. */
const open =
  'mina jiho sora alex node01 node02 ledger diary memo gate valve bridge bank studio cafe white silver ivory hello salut ahoy servus crate chest cage trunk amber cedar indigo slate willow poppy clover kiosk printer scanner prices orders seats guest extra second'.split(
    ' ',
  );
const closed =
  'robot clown drone green violet brown web shop forum album classic fossil museum stock plan ribbon pen cabin salon cluster.lan cluster.home cluster.lab hall room garden mail pilot captain coin loan pin train scan stream token form farm barn drum lemon melon plum moon swan robin map till clock pencil button stone canyon ocean kitchen'.split(
    ' ',
  );
const afterVowel = ['라는', '라고', '로', '가', '를', '는', '와'];
const afterConsonant = ['이라는', '이라고', '으로', '이', '을', '은', '과'];
/** After ㄹ it is 로, as after a vowel. */
const endsInL = ['till', 'mail', 'hall', 'fossil', 'pencil'];

test('a particle behind a drawn word fits each word that can be drawn', () => {
  const wrong: string[] = [];
  for (const { lesson, prose } of readTracks(packagedLessons()).tracks.flatMap(({ lessons }) => lessons))
    for (const [, name = '', particle = ''] of JSON.stringify(prose.ko).matchAll(
      /\{\{(\w+)\}\}`?(이라는|라는|이라고|라고|(?:으로|[로이가을를은는과와])(?=[ ,.]))/g,
    )) {
      const variable = lesson.world.vars?.[name];
      if (!variable || !('pick' in variable)) continue;
      const fits = (word: string): boolean =>
        particle === '으로' && endsInL.includes(word)
          ? false
          : open.includes(word)
            ? afterVowel.includes(particle)
            : closed.includes(word) && afterConsonant.includes(particle);
      wrong.push(...variable.pick.filter((word) => !fits(String(word))).map((word) => `${lesson.id}: ${word}${particle}`));
    }
  expect([...new Set(wrong)]).toEqual([]);
});
