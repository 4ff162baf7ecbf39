#!/usr/bin/env bash
# The program `cornu` as people call it: results, files, exit statuses, one line of error.
# usage: run.sh PROGRAM GOLDEN WORK
set -euo pipefail
program=$1 golden=$2 work=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"

failures=0
fail() { echo "cli: $*"; failures=1; }
good() { "$program" "$@" > out 2> err || { fail "status $?: cornu $*"; cat err; }; }
bad() {  # STATUS TEXT ARGUMENTS...: one line on standard error that has the text, nothing on standard output
  local status=$1 text=$2 got=0
  shift 2
  "$program" "$@" > out 2> err || got=$?
  [ $got = "$status" ] || fail "status $got, not $status: cornu $*"
  [ ! -s out ] || fail "prints while failing: cornu $*"
  [ "$(wc -l < err)" = 1 ] || { fail "not one line of error: cornu $*"; cat err; }
  grep -qF -- "$text" err || { fail "does not say '$text': cornu $*"; cat err; }
}
says() { grep -qF -- "$1" out || { fail "does not print '$1'"; cat out; }; }

net=$golden/keras/catdog_like.keras data=$golden/models/catdog_like
good summary "$net"
says 'Total params'
good summary "$net" --json
says '"type": "Conv2D"'
good predict "$net" --input "$data/x0.npy" --output y.npy
[ -s y.npy ] || fail "predict wrote no file"
good predict "$net" --input "$data/x0.npy" --json
says '"values"'
good info
says 'instruction set: '
good info --json
says '"keras_files": true'

# Every format holds the same weights.
for file in a.keras a.h5; do
  good convert "$net" $file
  good diff "$net" $file
  says 'largest weight difference: 0'
done
for weights in w.npz w.weights.h5 w.h5; do
  if [ $weights = w.h5 ]; then good convert "$net" w.h5; else good convert "$net" $weights; fi
  good convert "$golden/keras/catdog_like.keras" b.keras --weights $weights
  good diff "$net" b.keras
done
good weights "$net" --output-dir weights
cmp weights/w0.npy "$data/w0.npy" || fail "weights: w0.npy is not Keras'"
cmp weights/w7.npy "$data/w7.npy" || fail "weights: w7.npy is not Keras'"

# fit in one go is the same as in two with a file between them.
start=$golden/keras/fit_optimizer_adam.start.keras fit=$golden/fit/optimizer_adam
train=(--x "$fit/x0.npy" --y "$fit/y0.npy" --batch-size 5 --verbose 0)
good fit "$start" "${train[@]}" --epochs 4 --output whole.keras --history history.json
grep -q '"loss":\[' history.json || fail "fit wrote no history"
good fit "$start" "${train[@]}" --epochs 2 --output half.keras
good fit half.keras "${train[@]}" --epochs 4 --resume --output rest.keras
good diff whole.keras rest.keras
good evaluate rest.keras --x "$fit/x0.npy" --y "$fit/y0.npy" --json
says '"accuracy"'
bad_status=0
"$program" diff whole.keras half.keras > out 2> err || bad_status=$?
[ $bad_status = 1 ] || fail "diff of different models: status $bad_status"

bad 2 'subcommand is required'
bad 2 'model is required' predict
bad 2 'bogus' bogus
bad 2 'epochs' fit "$start" "${train[@]}" --epochs -3
bad 1 "none.keras' cannot be read" summary none.keras
bad 1 'is no file of Keras' summary "$data/x0.npy"
bad 1 'holds weights only' summary "$golden/keras/flower_weights_only/model.weights.h5"
bad 1 'give either .npy files' predict "$net"
bad 1 'ends neither in .keras nor in .h5' convert "$net" a.bin
bad 1 'the model is not compiled' evaluate "$net" --x "$data/x0.npy" --y "$data/y0.npy"
good --help
says 'predict'
good predict --help
says '--input'

[ $failures = 1 ] || echo "cli: good"
exit $failures
