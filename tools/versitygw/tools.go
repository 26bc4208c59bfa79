//go:build tools

// Package tools pins what the project builds with Go.
package tools

import _ "github.com/versity/versitygw/cmd/versitygw"
