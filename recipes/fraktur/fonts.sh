#!/usr/bin/env bash
# Gathers a few Fraktur and Textura fonts, each with its licence: fonts.sh FOLDER [PACKAGE...]
# Debian's packages (apt-get, as root; fonts-blankenburg and fonts-gamaliel, or those named) and npm's @fontsource/*.
set -euo pipefail
folder=$(realpath -m "$1")
debian=("${@:2}")
[ ${#debian[@]} -gt 0 ] || debian=(fonts-blankenburg fonts-gamaliel)
apt-get install -y -qq --no-install-recommends "${debian[@]}" > /dev/null
for package in "${debian[@]}"; do
  font=${package#fonts-}
  mkdir -p "$folder/$font"
  dpkg -L "$package" | grep -iE '\.(ttf|otf)$' | xargs -r -d '\n' cp -L -t "$folder/$font"
  cp -L "/usr/share/doc/$package/copyright" "$folder/$font/"
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
