//go:build tools

// Package tools pins what the project builds with Go.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"
