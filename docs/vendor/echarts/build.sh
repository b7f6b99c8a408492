#!/bin/sh
# Makes static/vendor/echarts-6.1.0.lines.min.js. Needs Node; run from the top of the checkout.
set -eu
top=$(pwd)
work=$(mktemp -d)
cp docs/vendor/echarts/entry.js "$work/"
cd "$work"
npm init -y >/dev/null
npm install --no-fund --no-audit --silent echarts@6.1.0 esbuild@0.25.12
npx esbuild entry.js --bundle --minify --format=iife --global-name=echarts --target=es2020 --legal-comments=none \
  --banner:js='/*! Apache ECharts 6.1.0, line and bar with the SVG renderer. Apache License 2.0, https://echarts.apache.org */' \
  --outfile="$top/static/vendor/echarts-6.1.0.lines.min.js"
