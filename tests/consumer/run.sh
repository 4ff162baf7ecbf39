#!/usr/bin/env bash
# Builds the program in app/ against the library in every way a stranger may, and compares what it prints.
# usage: run.sh SOURCE BUILD WORK COMPILER    (BUILD: a built tree of the library; everything is written under WORK)
set -euo pipefail
source=$1 build=$2 work=$3 compiler=$4
rm -rf "$work"
mkdir -p "$work"
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
unset DESTDIR CXXFLAGS

fail() { echo "consumer: $*" >&2; exit 1; }
quietly() { "$@" > "$work/log" 2>&1 || { cat "$work/log"; fail "failed: $*"; }; }

compare() {  # WAY PROGRAM
  "$2" > "$work/$1.out" || fail "$1: the program ended with status $?"
  if [ -e "$work/expected" ]; then
    cmp "$work/expected" "$work/$1.out" || fail "$1: prints other numbers than the first way"
  else
    [ -s "$work/$1.out" ] || fail "$1: prints nothing"
    cp "$work/$1.out" "$work/expected"
  fi
  echo "consumer: $1: good, $SECONDS s"
}

with_cmake() {  # WAY CMAKE_ARGUMENTS...
  local way=$1; shift
  quietly cmake -S "$source/tests/consumer/app" -B "$work/$way" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_COMPILER="$compiler" "$@"
  quietly cmake --build "$work/$way"
  compare "$way" "$work/$way/app"
}

refused() {  # TEXT CMAKE_ARGUMENTS...
  local text=$1; shift
  rm -rf "$work/refused"
  if cmake -S "$source/tests/consumer/app" -B "$work/refused" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCORNU_BY=package -DCMAKE_PREFIX_PATH="$work/prefix" "$@" > "$work/log" 2>&1; then
    fail "should not configure: $*"
  fi
  grep -qF "$text" "$work/log" || { cat "$work/log"; fail "does not say '$text'"; }
}

quietly cmake --install "$build" --prefix "$work/prefix"
# Headers not as system headers, so that their warnings count.
with_cmake package -DCORNU_BY=package -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_NO_SYSTEM_FROM_IMPORTED=ON
with_cmake native -DCORNU_BY=package -DCMAKE_PREFIX_PATH="$work/prefix" -DCORNU_COMPONENTS=eigen \
  -DCMAKE_CXX_FLAGS=-march=native
[ "$("$work/native/eigen_app")" = "14 32 77" ] || fail "native: <cornu/eigen.hpp> computes something else"

# A missing component is named, with what to do; Eigen is not looked for unless it is asked for.
refused 'Cornu has no component' -DCORNU_COMPONENTS=teapot
refused libeigen3-dev -DCORNU_COMPONENTS=eigen -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON
with_cmake no_eigen -DCORNU_BY=package -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON

mkdir "$work/elsewhere"
mv "$work/prefix" "$work/elsewhere/moved prefix"
with_cmake moved -DCORNU_BY=package -DCMAKE_PREFIX_PATH="$work/elsewhere/moved prefix"
mv "$work/elsewhere/moved prefix" "$work/elsewhere/moved"

pc_dir=$(dirname "$(find "$work/elsewhere/moved" -name cornu.pc)")
read -ra flags < <(PKG_CONFIG_PATH=$pc_dir pkg-config --cflags --libs cornu)
quietly "$compiler" -std=c++20 "$source"/tests/consumer/app/{main,other}.cpp -o "$work/pkg_config_app" "${flags[@]}"
compare pkg_config "$work/pkg_config_app"

with_cmake subdirectory -DCORNU_BY=subdirectory -DCORNU_SOURCE="$source"

tar -C "$source" -czf "$work/cornu.tar.gz" CMakeLists.txt cmake include src
with_cmake fetch -DCORNU_BY=fetch -DCORNU_URL="file://$work/cornu.tar.gz"
