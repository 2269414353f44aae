#!/usr/bin/env bash
# Gathers the fonts of the English recipes in one folder: fonts.sh FOLDER
# Debian's fonts-* packages (apt-get, as root) and npm's @fontsource/* packages; each brings its licence file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/npm" "$1/debian"
folder=$(cd "$1" && pwd)
apt-get install -y -qq --no-install-recommends $(cat "$here/fonts-debian.txt") > /dev/null
for package in $(cat "$here/fonts-debian.txt"); do
  mkdir -p "$folder/debian/$package"
  dpkg -L "$package" | grep -iE '\.(ttf|otf)$' | xargs -r -d '\n' cp -L -t "$folder/debian/$package"
  cp -L "/usr/share/doc/$package/copyright" "$folder/debian/$package/"
done
packages=$(mktemp -d)
cd "$packages"
npm init -y > /dev/null
npm install --silent --ignore-scripts $(sed 's#[^ ]*#@fontsource/&#g' "$here/fonts-npm.txt")
for package in $(cat "$here/fonts-npm.txt"); do
  mkdir -p "$folder/npm/$package"
  find "node_modules/@fontsource/$package" \( -iname '*-latin-[47]00-*.woff2' -o -iname 'LICENSE*' \) -exec cp -t "$folder/npm/$package" {} +
done
rm -r "$packages"
