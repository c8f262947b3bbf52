/** Programs that a learner would find on a real machine, and that the lab does not have: they say so in its own name. */
import type { Program } from '../linux/program.ts';

/** Exit status 70. */
export const notSimulated = (name: string): Program =>
  function* (_argv, process) {
    yield* process.printError(`k8s-lab: ${name} is not simulated\n`);
    return 70;
  };

/** Files of packages and images that stand somewhere else than in PATH, or only where they are installed. */
export const absentPrograms = [
  'ctr-remote',
  'rootlesskit',
  'slirp4netns',
  'containerd-rootless-setuptool.sh',
  'containerd-rootless.sh',
  'cni-plugin',
  'containerd-shim-runc-v2',
  'docker-proxy',
  'conmon',
  'crun',
  'pinns',
  'make',
  'npm',
  'go',
];

/** What a Debian node with Kubernetes has in PATH; and git, which every course expects there. */
export const absentCommands = [
  ...['git', 'dpkg-query', 'perl', 'python3'],
  ...['modinfo', 'depmod', 'fdisk', 'mkfs.ext4', 'vmstat', 'renice', 'crontab'],
  ...['passwd', 'chpasswd', 'adduser', 'addgroup', 'newgrp', 'chsh'],
  ...['loginctl', 'systemd-analyze'],
  ...['bridge', 'tc', 'ip6tables', 'ip6tables-save', 'ebtables'],
  ...['sftp'],
  ...['pr', 'base32', 'csplit'],
];
