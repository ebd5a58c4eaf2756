#!/usr/bin/env bash
# Reviews a pull request against its base into a folder, and outputs the code: 0 needs no approval, 2 needs one. With any
# other code there is no review.
# usage: NUMBER=... review.sh FOLDER
set -euo pipefail

folder=$1
code=0
bin/review --base "origin/$GITHUB_BASE_REF" --deploy --output "$folder" || code=$?
case $code in
0 | 2) ;;
*) exit "$code" ;;
esac
echo "code=$code" >>"$GITHUB_OUTPUT"
cat "$folder/review.md" >>"$GITHUB_STEP_SUMMARY"
echo "$NUMBER" >"$folder/number"
