/** The kubeconfig of a served world: one cluster, one user with a token, one context. */
export function kubeconfigText({ server, ca, token }: { readonly server: string; readonly ca: string; readonly token: string }): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
    server: ${server}
  name: k8s-lab
contexts:
- context:
    cluster: k8s-lab
    user: k8s-lab-admin
  name: k8s-lab
current-context: k8s-lab
kind: Config
users:
- name: k8s-lab-admin
  user:
    token: ${token}
`;
}
