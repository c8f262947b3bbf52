/** completion: what makes a shell ask `kubectl __complete` (kubernetes kubectl/pkg/cmd/completion, spf13/cobra). */
import { own } from '../../../sim/own.ts';
import type { CommandEntry } from '../command.ts';

const bash = `# bash completion V2 for kubectl                              -*- shell-script -*-

__start_kubectl()
{
    local line=\${COMP_LINE:0:COMP_POINT} out directive word
    local -a words
    COMPREPLY=()
    read -ra words <<<"$line"
    if [[ $line == *" " ]]; then words+=(""); fi
    word=\${words[\${#words[@]}-1]}
    out=$(kubectl __complete "\${words[@]:1}" 2>/dev/null)
    directive=\${out##*:}
    if (( directive & 1 )); then return; fi
    if (( directive & 2 )); then compopt -o nospace; fi
    if (( directive & 4 )); then compopt +o default; fi
    if (( directive & 8 )); then return; fi
    if [[ $word == -*=* ]]; then word=\${word#*=}; fi
    # Readline replaces only what stands behind the last colon.
    local prefix=\${word%"\${word##*:}"}
    while IFS= read -r line; do
        line=\${line%%$'\\t'*}
        if [[ $line == "$word"* ]]; then COMPREPLY+=("\${line#"$prefix"}"); fi
    done <<<"\${out%:*}"
}

if [[ $(type -t compopt) = "builtin" ]]; then
    complete -o default -F __start_kubectl kubectl
else
    complete -o default -o nospace -F __start_kubectl kubectl
fi

# ex: ts=4 sw=4 et filetype=sh
`;

const zsh = `#compdef kubectl
compdef _kubectl kubectl

# zsh completion for kubectl                              -*- shell-script -*-

_kubectl()
{
    local out directive line
    local -a candidates
    out=$(kubectl __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
    directive=\${out##*:}
    for line in "\${(@f)out%:*}"; do
        [[ -n $line ]] && candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
    done
    if (( \${#candidates} )); then
        _describe 'completions' candidates
    elif (( !(directive & 4) )); then
        _files
    fi
}

if [ "$funcstack[1]" = "_kubectl" ]; then
    _kubectl
fi
`;

const fish = `# fish completion for kubectl                              -*- shell-script -*-

function __kubectl_perform_completion
    set -l args (commandline -opc) (commandline -ct)
    kubectl __complete $args[2..-1] 2>/dev/null | string match -rv '^:'
end

complete -c kubectl -e
complete -c kubectl -f -a '(__kubectl_perform_completion)'
`;

const powershell = `# powershell completion for kubectl                              -*- shell-script -*-

Register-ArgumentCompleter -Native -CommandName 'kubectl' -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)
    $words = @($CommandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if (-not $WordToComplete) { $words += '""' }
    kubectl __complete @words 2>$null | Where-Object { $_ -notmatch '^:' } | ForEach-Object {
        $name, $about = $_ -split "\`t", 2
        if (-not $about) { $about = $name }
        [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $about)
    }
}
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish, powershell };

/** The script for a tool of cobra's, which its `__complete` answers. */
export const completionScript = (shell: string, tool: string): string | undefined => own(scripts, shell)?.replaceAll('kubectl', tool);

export const completion: CommandEntry = {
  path: 'completion',
  short: 'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)',
  examples:
    '# Load it into the running shell\nsource <(kubectl completion bash)\n\n# Complete an alias, too\nalias k=kubectl\ncomplete -o default -F __start_kubectl k',
  *run(k) {
    const [shell] = k.args;
    if (shell === undefined) throw k.usage('Shell not specified.');
    if (k.args.length > 1) throw k.usage('Too many arguments. Expected only the shell type.');
    const script = completionScript(shell, 'kubectl');
    if (script === undefined) throw k.usage(`Unsupported shell type "${shell}".`);
    yield* k.print(script);
  },
};
