// Package mcptools connects agents and MCP servers. The Model Context Protocol is how programs offer
// tools to each other.
//
// [Tools] makes agent tools of the tools that an MCP server has:
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
// [Serve] is the other way: the tools of an agent are offered by an MCP server, to any program that
// speaks the protocol.
//
// The sessions, servers and transports are those of github.com/modelcontextprotocol/go-sdk. This
// package is a module of its own, so that a program without MCP does not depend on it.
//
// # What a server can do to a program
//
// The names, descriptions and results of a server's tools reach the model, which follows what it
// reads. Connect only to servers that you would run code of. [Config.Allow] limits which tools there
// are. [Config.Pin] notices when a server changes what it says about a tool. [Config.Approve], and
// [agent.Agent.Approve] for every call, ask before something is done.
package mcptools
