#!/usr/bin/env bash
# No file grows beyond what one reads in one go. Split by idea, or add it to sizes.txt with the reason.
# usage: sizes.sh ROOT [EXCEPTIONS]
set -euo pipefail
exceptions=${2:-$(cd "$(dirname "$0")" && pwd)/sizes.txt}
cd "$1"

limit_of() {
  case $1 in
    include/*) echo 250 ;;
    examples/*) echo 100 ;;
    *) echo 400 ;;
  esac
}

bad=0 count=0
while read -r file; do
  lines=$(wc -l < "$file") limit=$(limit_of "$file")
  raised=$(awk -v file="$file" '$1 == file { print $2 }' "$exceptions")
  if [ "$lines" -gt "${raised:-$limit}" ]; then
    echo "$file: $lines lines; ${raised:-$limit} are allowed. Split it by idea."
    bad=1
  fi
  count=$((count + 1))
done < <(find include src tests examples benchmarks \( -name '*.hpp' -o -name '*.cpp' \) 2>/dev/null | sort)

while read -r file _ reason; do
  case $file in '' | '#'*) continue ;; esac
  [ -n "$reason" ] || { echo "$file: an exception without a reason"; bad=1; }
  if [ ! -e "$file" ] || [ "$(wc -l < "$file")" -le "$(limit_of "$file")" ]; then
    echo "$file: no longer needs its exception; remove the line"
    bad=1
  fi
done < "$exceptions"
[ $bad = 1 ] || echo "sizes: $count files are good"
exit $bad
