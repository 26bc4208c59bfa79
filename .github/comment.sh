#!/usr/bin/env bash
# Writes or replaces the one comment of a pull request. NUMBER is the pull request, REPORTS the directory with report-STACK/report.md.
set -euo pipefail
[[ ${NUMBER:-} =~ ^[0-9]+$ ]] || { echo "no pull request of this repository: nothing to comment on"; exit 0; }
shopt -s nullglob
files=("$REPORTS"/report-*/report.md)
[ ${#files[@]} -gt 0 ] || { echo "the run left no report"; exit 0; }
python3 -m ignition.previews.comment "${files[@]}" > "$REPORTS/comment.md"
found=$(gh api "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --paginate \
  --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- ignition-report -->"))) | .id' | head -n 1)
if [ -n "$found" ]; then
  gh api "repos/$GITHUB_REPOSITORY/issues/comments/$found" --method PATCH --field body=@"$REPORTS/comment.md" --silent
else
  gh api "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --method POST --field body=@"$REPORTS/comment.md" --silent
fi
