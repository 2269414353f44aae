#!/usr/bin/env bash
# Gathers a few Fraktur and Textura fonts, each with its licence: fonts.sh FOLDER
set -euo pipefail
folder=$(realpath -m "$1")
apt-get install -y -qq --no-install-recommends fonts-blankenburg fonts-gamaliel > /dev/null
for font in blankenburg gamaliel; do
  mkdir -p "$folder/$font"
  dpkg -L "fonts-$font" | grep -iE '\.(ttf|otf)$' | xargs -r -d '\n' cp -L -t "$folder/$font"
  cp -L "/usr/share/doc/fonts-$font/copyright" "$folder/$font/"
done
packages=$(mktemp -d)
cd "$packages"
npm init -y > /dev/null
for font in unifrakturmaguntia unifrakturcook manufacturing-consent pirata-one; do
  npm install --silent --ignore-scripts "@fontsource/$font"
  mkdir -p "$folder/$font"
  find "node_modules/@fontsource/$font" \( -iname '*-latin-[47]00-normal.woff2' -o -iname 'LICENSE*' \) -exec cp -t "$folder/$font" {} +
done
rm -r "$packages"
