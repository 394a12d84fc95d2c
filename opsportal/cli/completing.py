"""Completion scripts for shells, made from the parser itself."""

from argparse import ArgumentParser, _SubParsersAction

BASH = """_opsportal() {{
  local words cur=${{COMP_WORDS[COMP_CWORD]}}
  case ${{COMP_WORDS[1]}} in
{cases}
    *) words="{commands}" ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words="{commands}"
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -o default -F _opsportal opsportal"""
ZSH = "#compdef opsportal\nautoload -U +X bashcompinit && bashcompinit\n" + BASH


def script(shell: str, parser: ArgumentParser) -> str:
    """What the shell has to read."""
    options = words(parser)
    if shell == "fish":
        return fish(options)
    cases = "\n".join(f'    {name}) words="{" ".join(each)}" ;;' for name, each in options.items())
    return (ZSH if shell == "zsh" else BASH).format(cases=cases, commands=" ".join(options))


def words(parser: ArgumentParser) -> dict[str, list[str]]:
    """The words that may follow each command: its options and the choices of its arguments."""
    (commands,) = (action for action in parser._actions if isinstance(action, _SubParsersAction))
    return {name: following(command) for name, command in commands.choices.items()}


def following(command: ArgumentParser) -> list[str]:
    longest = [max(action.option_strings, key=len) for action in command._actions if action.option_strings]
    return longest + [str(choice) for action in command._actions for choice in action.choices or ()]


def fish(options: dict[str, list[str]]) -> str:
    lines = [f"complete -c opsportal -f -n __fish_use_subcommand -a '{' '.join(options)}'"]
    for name, each in options.items():
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        lines += [
            f"complete -c opsportal {seen} " + (f"-l {word[2:]}" if word.startswith("--") else f"-a {word}")
            for word in each
        ]
    return "\n".join(lines)
