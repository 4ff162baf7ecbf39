# Completion of `cornu` for bash: commands, then the options that `cornu COMMAND --help` lists, else files.
_cornu() {
  local word=${COMP_WORDS[COMP_CWORD]} commands="summary predict evaluate fit train convert weights diff info"
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$word")
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(cornu "${COMP_WORDS[1]}" --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*')" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _cornu cornu
