import { describe, expect, it } from 'vitest';
import { typeIn } from '../../cluster/type-in.ts';

describe('what nerdctl does with helpers', () => {
  const { type } = typeIn('node-full');
  const image = 'ghcr.io/stargz-containers/busybox:1.36-esgz';

  it('pulls lazily: the image runs before its layers are there', () => {
    expect(type(`nerdctl --snapshotter=stargz pull -q ${image}`)).toContain('unable to initialize unpacker: no unpack platforms defined: invalid argument');
    const plugin = '[proxy_plugins.stargz]\\n  type = \\"snapshot\\"\\n  address = \\"/run/containerd-stargz-grpc/containerd-stargz-grpc.sock\\"\\n';
    type(`printf "\\n${plugin}" >> /etc/containerd/config.toml; systemctl restart containerd`);
    expect(type('ctr plugins ls | grep stargz')).toMatch(/^io\.containerd\.snapshotter\.v1 +stargz +- +ok +\n$/);
    expect(type(`nerdctl --snapshotter=stargz pull -q ${image}`)).toContain('containerd-stargz-grpc.sock: connect: no such file or directory');
    type('systemctl start stargz-snapshotter');
    expect(type(`nerdctl --snapshotter=stargz run --rm --quiet ${image} echo hi`)).toBe('hi\n');
    expect(type('ctr content ls -q | wc -l; ctr snapshots --snapshotter stargz ls | grep -c Committed')).toBe('3\n1\n');
    expect(type(`nerdctl pull -q ${image}; ctr content ls -q | wc -l`)).toBe('4\n');
  });

  it('converts images for it', () => {
    type('nerdctl pull -q alpine:3.22');
    expect(type('nerdctl image convert --estargz --oci alpine:3.22 alpine:esgz')).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(type("nerdctl image inspect --mode=native alpine:esgz | jq -r '.[0].Manifest.layers[0].annotations | keys[0]'")).toBe(
      'containerd.io/snapshot/stargz/toc.digest\n',
    );
    expect(type('nerdctl run --rm alpine:esgz ls /stargz.index.json')).toBe('/stargz.index.json\n');
    expect(type('nerdctl image convert --soci --oci alpine:3.22 alpine:soci')).toContain('exec: \\"soci\\": executable file not found in $PATH');
  });

  it('encrypts images, which run where the key is', () => {
    type('openssl genrsa -out key.pem 2048 2> /dev/null; openssl rsa -in key.pem -pubout -out pub.pem 2> /dev/null');
    type('nerdctl image encrypt --recipient=jwe:pub.pem alpine:3.22 alpine:enc; nerdctl save -o enc.tar alpine:enc');
    expect(type('nerdctl -n other load -i enc.tar')).toContain('call to DecryptLayer failed: missing private key needed for decryption');
    type('mkdir -p /etc/containerd/ocicrypt/keys; cp key.pem /etc/containerd/ocicrypt/keys/');
    expect(type('nerdctl -n other load -i enc.tar')).toContain('Loaded image: docker.io/library/alpine:enc\n');
    expect(type('nerdctl -n other run --rm alpine:enc echo open')).toBe('open\n');
    type('mv /usr/local/bin/ctd-decoder /root');
    expect(type('nerdctl -n third load -i enc.tar')).toContain(
      'failed to get stream processor for application/vnd.oci.image.layer.v1.tar+gzip+encrypted: exec: \\"ctd-decoder\\": executable file not found in $PATH',
    );
    expect(type('nerdctl image decrypt --key=key.pem alpine:enc alpine:dec; nerdctl run --rm alpine:dec echo plain')).toMatch(/^sha256:\w+\nplain\n$/);
    type('openssl genrsa -out other.pem 2048 2> /dev/null');
    expect(type('nerdctl image decrypt --key=other.pem alpine:enc alpine:x')).toContain('missing private key needed for decryption');
  });

  it('signs what it pushes, and pulls what is signed', () => {
    type('nerdctl run -d -q -p 5000:5000 --name registry registry:2; sleep 1; export COSIGN_PASSWORD=secret; cosign generate-key-pair');
    type('nerdctl tag alpine:3.22 localhost:5000/app:v1');
    expect(type('nerdctl push --sign=cosign --cosign-key cosign.key localhost:5000/app:v1')).toContain(
      'msg="cosign: Pushing signature to: localhost:5000/app"',
    );
    expect(type("curl -s localhost:5000/v2/app/tags/list | jq -r '.tags[]'")).toMatch(/^sha256-[0-9a-f]{64}\.sig\nv1\n$/);
    expect(type('nerdctl run --rm -q --verify=cosign --cosign-key cosign.pub localhost:5000/app:v1 echo signed')).toContain('\nsigned\n');
    type('nerdctl tag alpine:3.22 localhost:5000/plain:v1; nerdctl push -q localhost:5000/plain:v1; mkdir other; cd other; cosign generate-key-pair; cd ..');
    expect(type('nerdctl pull --verify=cosign --cosign-key cosign.pub localhost:5000/plain:v1')).toMatch(
      /no signatures found"\n.*level=fatal msg="exit status 10"\n$/,
    );
    expect(type('nerdctl pull --verify=cosign --cosign-key other/cosign.pub localhost:5000/app:v1')).toMatch(/no matching signatures[\s\S]*exit status 12/);
    expect(type('COSIGN_PASSWORD=wrong cosign sign -y --key cosign.key localhost:5000/plain:v1')).toContain('decryption failed');
  });

  it('signs and verifies by certificates with notation, as its trust policy says', () => {
    const policy = (store: string): string =>
      JSON.stringify({
        version: '1.0',
        trustPolicies: [
          { name: 'lab', registryScopes: ['*'], signatureVerification: { level: 'strict' }, trustStores: [`ca:${store}`], trustedIdentities: ['*'] },
        ],
      });
    type('notation cert generate-test --default lab.example; notation cert generate-test other; nerdctl tag alpine:3.22 localhost:5000/noted:v1');
    expect(type('nerdctl push --sign=notation --notation-key-name lab.example localhost:5000/noted:v1')).toContain(
      'msg="notation: Successfully signed localhost:5000/noted@sha256:',
    );
    expect(type('notation verify localhost:5000/noted:v1')).toContain('Error: trust policy is not present.');
    type(`echo '${policy('lab.example')}' > lab.json; echo '${policy('other')}' > other.json; notation policy import lab.json`);
    expect(type('nerdctl run --rm -q --verify=notation localhost:5000/noted:v1 echo signed')).toContain('\nsigned\n');
    type('notation policy import --force other.json');
    expect(type('nerdctl run --rm -q --verify=notation localhost:5000/noted:v1 echo signed')).toMatch(
      /signature verification failed for all the signatures associated with localhost:5000\/noted@.*\n.*level=fatal msg="exit status 1"\n$/,
    );
    expect(type('notation ls localhost:5000/noted:v1 2> /dev/null | grep -c sha256; notation verify localhost:5000/plain:v1')).toMatch(
      /^2\n(.*\n)*Error: signature verification failed: no signature is associated with /,
    );
  });

  it('carries images over IPFS', () => {
    expect(type('nerdctl push ipfs://alpine:3.22')).toContain('level=fatal msg="open /root/.ipfs/api: no such file or directory"');
    type('ipfs init; (ipfs daemon > /dev/null 2>&1 &); sleep 1');
    const cid = type('nerdctl push ipfs://alpine:3.22 2> /dev/null').trim();
    expect(cid).toMatch(/^bafkrei[a-z2-7]{52}$/);
    expect(type(`nerdctl -n far run --rm ipfs://${cid} echo carried`)).toBe('carried\n');
  });
});
