// Command webchat is a chat in the browser. The page shows the answer while the
// model writes it, with its reasoning and the calls of tools, and asks before a
// mail is sent. The key and the conversations stay on the server.
package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const (
	budget      = 0.25 // USD for each visitor
	totalBudget = 5.0  // for all of them, as a visitor can come back as a new one
	maxVisitors = 1000 // conversations are kept in memory
	maxMessages = 200  // in a conversation
	maxBody     = 256 << 10
	patience    = 10 * time.Second // with a browser that sends or reads slowly
)

//go:embed index.html
var page string

var instructions = openrouter.SystemMessage("Answer briefly, in Markdown. Say what a mail says before you send it.")

var getWeather = agent.NewTool("get_weather", "The weather in a city now.",
	func(_ context.Context, in struct{ City string }) (map[string]any, error) {
		return map[string]any{"city": in.City, "sky": "rain", "degrees": 6}, nil
	})

var sendMail = agent.NewTool("send_mail", "Sends a mail.",
	func(_ context.Context, in struct{ To, Subject, Text string }) (string, error) {
		return "sent to " + in.To, nil // nothing is sent, of course
	})

// server is the state of the program.
type server struct {
	client *openrouter.Client

	mu       sync.Mutex
	spent    float64 // with what running answers may still spend
	visitors map[string]*visitor
}

// visitor is a browser with its conversation. A run holds the lock.
type visitor struct {
	sync.Mutex
	messages []openrouter.Message
	spent    float64
	seen     time.Time // under the lock of the server
}

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	client, stop := openroutertest.ClientOrFake(openroutertest.Func(fakeReply).Always())
	defer stop()

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	s := &server{client: client, visitors: map[string]*visitor{}}
	if err := s.run(ctx, listener); err != nil {
		log.Fatal(err)
	}
}

// run answers requests until ctx ends. The answers under way then end with the
// part abort.
func (s *server) run(ctx context.Context, listener net.Listener) error {
	web := &http.Server{
		Handler:     s.handler(),
		ReadTimeout: patience,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return web.Shutdown(late)
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", servePage)
	mux.HandleFunc("GET /chat", func(w http.ResponseWriter, r *http.Request) {
		v := s.visitor(w, r)
		v.Lock() // waits for a run that ends, so that nothing is missing
		history := uistream.History(v.messages)
		v.Unlock()
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(history)
	})
	mux.HandleFunc("DELETE /chat", func(w http.ResponseWriter, r *http.Request) {
		v := s.visitor(w, r)
		v.Lock()
		defer v.Unlock()
		v.messages = nil
	})
	mux.HandleFunc("POST /chat", s.chat)
	return http.NewCrossOriginProtection().Handler(mux) // other sites cannot spend the visitor's budget
}

// chat answers a message, or goes on after a decision.
func (s *server) chat(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	turn, err := uistream.Read(w, r)
	if err != nil {
		return // the page has been told
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // another tab may be answered first
	if s.isForgotten(r) {
		http.Error(w, "The server has forgotten this conversation. Load the page again.", http.StatusConflict)
		return
	}
	v := s.visitor(w, r)
	v.Lock()
	defer v.Unlock()
	if len(v.messages) == 0 {
		v.messages = []openrouter.Message{instructions}
	}
	if len(v.messages) > maxMessages {
		http.Error(w, "This conversation is full. Start a new one.", http.StatusConflict)
		return
	}
	bot := agent.Agent{
		Client: s.client,
		Tools:  []agent.Tool{getWeather, sendMail},
		Approve: func(ctx context.Context, call openrouter.ToolCall) (agent.Decision, error) {
			if call.Function.Name == sendMail.Def.Function.Name {
				return turn.Approve(ctx, call) // what the user said, or wait
			}
			return agent.Decision{Allow: true}, nil
		},
	}
	messages := turn.Continue(v.messages)
	if last := messages[len(messages)-1]; last.Role != openrouter.RoleUser && last.Role != openrouter.RoleTool && len(last.ToolCalls) == 0 {
		http.Error(w, "This was answered already. Load the page again.", http.StatusConflict) // in another tab
		return
	}
	held := s.hold(v)
	bot.MaxCost = held
	if held <= 0 {
		bot.MaxCost = -1 // nothing
	}
	stream := bot.Stream(r.Context(), &openrouter.ChatCompletionRequest{
		Model:     "openai/gpt-5.2",
		Messages:  messages,
		Reasoning: &openrouter.Reasoning{Effort: openrouter.EffortLow},
	})
	defer func() { // also if a tool panics
		run := stream.Run() // complete, also if the browser went away
		v.messages = run.Messages
		v.spent += run.Usage.Cost
		s.spend(run.Usage.Cost - held)
	}()
	if err := uistream.Serve(w, r, stream); err != nil {
		log.Print(err)
	}
}

// hold takes what a visitor may spend from what is left for all. What a run does
// not spend is given back when it ends: runs at once must not spend it twice.
func (s *server) hold(v *visitor) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := max(0, min(budget-v.spent, totalBudget-s.spent))
	s.spent += held
	return held
}

func (s *server) spend(usd float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent += usd
}

// visitor returns the visitor that a cookie names, or a new one.
func (s *server) visitor(w http.ResponseWriter, r *http.Request) *visitor {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v *visitor
	if cookie, err := r.Cookie("visitor"); err == nil {
		v = s.visitors[cookie.Value]
	}
	if v == nil {
		v = &visitor{}
		id := rand.Text()
		http.SetCookie(w, &http.Cookie{Name: "visitor", Value: id, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode})
		s.visitors[id] = v
		s.forget()
	}
	v.seen = time.Now()
	return v
}

// isForgotten reports whether a cookie names no visitor: the program was started
// again, or there were too many.
func (s *server) isForgotten(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	cookie, err := r.Cookie("visitor")
	return err == nil && s.visitors[cookie.Value] == nil
}

// forget removes the visitor that was not seen for the longest time, if there are
// too many.
func (s *server) forget() {
	oldest := ""
	for id, v := range s.visitors {
		if !v.seen.IsZero() && (oldest == "" || v.seen.Before(s.visitors[oldest].seen)) {
			oldest = id
		}
	}
	if len(s.visitors) > maxVisitors {
		delete(s.visitors, oldest)
	}
}

// servePage serves the page. It loads nothing from elsewhere, and runs no script
// but its own.
func servePage(w http.ResponseWriter, _ *http.Request) {
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'nonce-%[1]s'; style-src 'nonce-%[1]s'; connect-src 'self'; img-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'", nonce))
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	fmt.Fprint(w, strings.ReplaceAll(page, "{{nonce}}", nonce))
}
