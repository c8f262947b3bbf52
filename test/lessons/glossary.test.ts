import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lessonFolders, packagedLessons } from '../../src/headless/lessons-folder.ts';

/** One Korean word for each thing, in all lessons. Kinds of the API keep their English names. */
const instead: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/라벨/, '레이블'],
  [/서비스 ?(어카운트|계정)/, 'ServiceAccount'],
  [/도커/, 'Docker'],
  [/옵션/, '플래그'],
  [/매니지드/, '관리형'],
  [/디렉터리|디렉토리/, '폴더'],
  [/신호/, '시그널'],
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
