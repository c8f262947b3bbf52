/** `kubeadm kubeconfig user`: a kubeconfig for somebody (cmd/kubeadm/app/cmd/kubeconfig.go). */
import { parseGoDuration } from '../../../apimachinery/duration.ts';
import type { Routine } from '../../../sim/routine.ts';
import { configFlag, type KubeadmCommand } from '../command.ts';
import { type Context, Fatal } from '../context.ts';

function* user(context: Context): Routine {
  yield* context.readFile(['client-name', 'org', 'token', 'validity-period']);
  const { flags, host, phases } = context;
  const name = flags.text('client-name');
  if (name === '') throw new Fatal('required flag(s) "client-name" not set');
  for (const file of ['ca.crt', 'ca.key'])
    if (!host.fs.exists(`/etc/kubernetes/pki/${file}`))
      throw new Fatal(
        `couldn't create a kubeconfig; the CA files couldn't be loaded: failed to load certificate: the certificate authority couldn't be loaded: open /etc/kubernetes/pki/${file}: no such file or directory`,
      );
  const { ip, port = 6443, controlPlaneEndpoint } = context.settings();
  const server = `https://${controlPlaneEndpoint ?? `${ip}:${port}`}`;
  const token = flags.text('token');
  const validFor = parseGoDuration(flags.text('validity-period'));
  yield* context.process.print(phases.userKubeconfig(host, { name, organizations: flags.list('org'), validFor, ...(token === '' ? {} : { token }) }, server));
}

export const kubeconfigCommand: KubeadmCommand = {
  name: 'kubeconfig',
  short: 'Kubeconfig file utilities',
  commands: [
    {
      name: 'user',
      short: 'Output a kubeconfig file for an additional user',
      flags: [
        { name: 'client-name', usage: 'The name of user. It will be used as the CN if client certificates are created' },
        configFlag,
        { name: 'org', type: 'stringSlice', usage: 'The organizations of the client certificate. It will be used as the O if client certificates are created' },
        { name: 'token', usage: 'The token that should be used as the authentication mechanism for this kubeconfig, instead of client certificates' },
        {
          name: 'validity-period',
          type: 'duration',
          default: '8760h0m0s',
          usage: 'The validity period of the client certificate. It is an offset from the current time.',
        },
      ],
      run: user,
    },
  ],
};
