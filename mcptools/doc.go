// Package mcptools connects agents and MCP servers. Programs offer tools to each other through the
// Model Context Protocol (MCP).
//
// [Tools] makes agent tools from the tools of an MCP server:
//
//	session, err := mcp.NewClient(&mcp.Implementation{Name: "desk", Version: "1"}, nil).
//		Connect(ctx, &mcp.CommandTransport{Command: exec.Command("files-mcp")}, nil)
//	if err != nil {
//		return err
//	}
//	defer session.Close()
//	files, err := mcptools.Tools(ctx, session, mcptools.Config{Prefix: "files_"})
//	if err != nil {
//		return err
//	}
//	run, err := agent.Agent{Client: client, Tools: files}.Run(ctx, req)
//
// [Serve] does the reverse: it offers agent tools through an MCP server, to any program that
// supports the protocol.
//
// Sessions, servers and transports come from github.com/modelcontextprotocol/go-sdk. This package
// is a module of its own, so that programs without MCP do not depend on that SDK.
//
// # What a server can do to a program
//
// The model reads the names, descriptions and results of a server's tools, and may follow
// instructions in them. Connect only to servers whose code you would run. [Config.Allow] limits
// which tools are offered. [Config.Pin] detects when a server changes the description of a tool.
// [Config.Approve] decides about calls that may destroy something, and [agent.Agent.Approve] about
// every call.
package mcptools
