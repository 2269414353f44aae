#!/usr/bin/env bash
# Gathers a few Fraktur and Textura fonts, each with its licence: fonts.sh FOLDER
set -euo pipefail
folder=$(realpath -m "$1")
mkdir -p "$folder/blankenburg"
apt-get install -y -qq --no-install-recommends fonts-blankenburg > /dev/null
dpkg -L fonts-blankenburg | grep -iE '\.(ttf|otf)$' | xargs -r -d '\n' cp -L -t "$folder/blankenburg"
cp -L /usr/share/doc/fonts-blankenburg/copyright "$folder/blankenburg/"
packages=$(mktemp -d)
cd "$packages"
npm init -y > /dev/null
for font in unifrakturmaguntia unifrakturcook manufacturing-consent pirata-one; do
  npm install --silent --ignore-scripts "@fontsource/$font"
  mkdir -p "$folder/$font"
  find "node_modules/@fontsource/$font" \( -iname '*-latin-[47]00-normal.woff2' -o -iname 'LICENSE*' \) -exec cp -t "$folder/$font" {} +
done
rm -r "$packages"
