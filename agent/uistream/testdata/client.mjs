// A page without a screen: the Chat class that useChat of @ai-sdk/react uses, with its default
// transport, against the server of client_test.go. It ends with an error at the first surprise.
import assert from 'node:assert/strict';
import { Chat } from '@ai-sdk/react';
import {
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
  readUIMessageStream,
  validateUIMessages,
} from 'ai';

const server = process.argv[2];
const api = server + '/chat';

// Comments stand before each event, as a server sends them while it is silent.
const commented = async (url, init) => {
  const response = await fetch(url, init);
  if (!response.ok) return response;
  assert.equal(response.headers.get('x-vercel-ai-ui-message-stream'), 'v1');
  const body = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TransformStream({
      transform: (text, out) => out.enqueue(text.replaceAll('data: ', ': keep-alive\n\ndata: ')),
    }))
    .pipeThrough(new TextEncoderStream());
  return new Response(body, { status: response.status, headers: response.headers });
};

const transport = () => new DefaultChatTransport({ api, fetch: commented });

function open(id, more = {}) {
  const chat = new Chat({
    id,
    transport: transport(),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    onError: () => {}, // it is in chat.error
    ...more,
  });
  return chat;
}

async function until(chat, met, what) {
  for (let i = 0; i < 6000; i++) {
    if (met()) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  assert.fail(`${what} did not come: ${chat.status} ${chat.error} ${JSON.stringify(chat.messages, null, 1)}`);
}

const isDone = chat => chat.status === 'ready' || chat.status === 'error';
const parts = (chat, type) => chat.lastMessage.parts.filter(p => p.type === type);
const text = chat => parts(chat, 'text').map(p => p.text).join('');
const history = async id => (await fetch(`${server}/history?chat=${id}`)).json();

// What the page shows and what the server has kept are the same, but for ids and what is not kept.
async function assertKept(chat) {
  const kept = await history(chat.id);
  await validateUIMessages({ messages: kept });
  const plain = messages => JSON.parse(JSON.stringify(messages.map(m => ({
    role: m.role,
    parts: m.parts.filter(p => !p.type.startsWith('data-')).map(p => ({
      type: p.type, text: p.text, url: p.url, toolCallId: p.toolCallId,
      input: p.input, output: p.output, errorText: p.errorText,
      state: p.type === 'text' ? 'done' : p.state, // the user's has none
      asked: p.state === 'approval-requested' ? p.approval.id : undefined,
    })),
  }))));
  assert.deepEqual(plain(kept), plain(chat.messages));
}

const scenarios = {
  async 'text and reasoning'(id) {
    const stream = await transport().sendMessages({
      chatId: id, trigger: 'submit-message',
      messages: [{ id: 'u1', role: 'user', parts: [{ type: 'text', text: 'think' }] }],
    });
    const seen = [];
    let last;
    for await (const message of readUIMessageStream({ stream })) {
      last = structuredClone(message);
      seen.push(message.parts.map(p => p.text ?? '').join('|'));
    }
    assert.ok(seen.includes('|Let me see.|It is '), seen.join('\n')); // one after another
    assert.deepEqual(last.parts.map(p => [p.type, p.text, p.state]), [
      ['step-start', undefined, undefined],
      ['reasoning', 'Let me see.', 'done'],
      ['text', 'It is 42.', 'done'],
    ]);
    assert.deepEqual(last.metadata, {
      model: 'a/b', steps: 1, cost: 0.25,
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
    });
  },

  async 'a tool'(id) {
    const inputs = [];
    const progress = [];
    const chat = open(id, { onData: p => progress.push(p) });
    chat['~registerMessagesCallback'](() => {
      for (const p of chat.lastMessage?.parts ?? []) {
        if (p.type === 'tool-get_weather') inputs.push(p.state);
      }
    });
    await chat.sendMessage({ text: 'weather' });
    assert.equal(chat.error, undefined);
    const [tool] = parts(chat, 'tool-get_weather');
    assert.deepEqual([tool.state, tool.input, tool.output], ['output-available', { city: 'Oslo' }, { city: 'Oslo', degrees: 6 }]);
    for (const state of ['input-streaming', 'input-available', 'output-available']) assert.ok(inputs.includes(state), inputs.join());
    assert.deepEqual(progress.map(p => [p.type, p.data]), [['data-progress', { toolCallId: 'call_1', progress: 'asking Oslo' }]]);
    assert.equal(text(chat), 'Take an umbrella.');
    await assertKept(chat);
  },

  async 'a tool that fails, arguments that are no JSON, a tool that does not exist'(id) {
    const chat = open(id);
    await chat.sendMessage({ text: 'failures' });
    assert.equal(chat.error, undefined);
    assert.deepEqual(chat.lastMessage.parts.filter(p => p.type.startsWith('tool-')).map(p => [p.type, p.state, p.errorText]), [
      ['tool-get_weather', 'output-error', 'no station there'],
      ['tool-get_weather', 'output-error', 'the arguments are not JSON: unexpected end of JSON input'],
      ['tool-nothing', 'output-error', 'there is no tool "nothing"; the tools are: get_position, get_weather, add_note'],
    ]);
  },

  async 'an approval'(id) {
    const chat = open(id);
    await chat.sendMessage({ text: 'note' });
    assert.equal(chat.error, undefined);
    const [tool] = parts(chat, 'tool-add_note');
    assert.equal(tool.state, 'approval-requested');
    assert.deepEqual(tool.input, { Line: 'milk' });
    await assertKept(chat);
    await chat.addToolApprovalResponse({ id: tool.approval.id, approved: true });
    await until(chat, () => isDone(chat) && text(chat) === 'Noted.', 'the answer');
    assert.equal(parts(chat, 'tool-add_note')[0].output, 'noted: milk');
    assert.equal(chat.messages.length, 2); // it went on in the same message
    await assertKept(chat);
  },

  async 'a refusal with a reason'(id) {
    const chat = open(id);
    await chat.sendMessage({ text: 'note' });
    const [tool] = parts(chat, 'tool-add_note');
    await chat.addToolApprovalResponse({ id: tool.approval.id, approved: false, reason: 'no milk today' });
    await until(chat, () => isDone(chat) && text(chat) === 'I left it.', 'the answer');
    assert.equal(parts(chat, 'tool-add_note')[0].state, 'output-denied');
    await assertKept(chat);
  },

  async 'a decision that never came'(id) {
    const chat = open(id);
    await chat.sendMessage({ text: 'note' });
    await chat.sendMessage({ text: 'hello' });
    assert.equal(chat.error, undefined);
    assert.equal(text(chat), 'Hello.');
    const kept = await history(id);
    assert.deepEqual(kept.map(m => m.role), ['user', 'assistant', 'user', 'assistant']);
    assert.equal(kept[1].parts.at(-1).state, 'output-denied');
  },

  async 'a decision after the page was loaded again'(id) {
    await open(id).sendMessage({ text: 'note' });
    const chat = open(id, { messages: await history(id) });
    const [tool] = parts(chat, 'tool-add_note');
    assert.equal(tool.state, 'approval-requested');
    await chat.addToolApprovalResponse({ id: tool.approval.id, approved: true });
    await until(chat, () => isDone(chat) && text(chat) === 'Noted.', 'the answer');
    await chat.sendMessage({ text: 'hello' });
    assert.equal(text(chat), 'Hello.');
    await assertKept(chat);
  },

  async 'a function of the page'(id) {
    const chat = open(id, {
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
      onToolCall({ toolCall }) {
        if (toolCall.toolName === 'get_position') {
          chat.addToolOutput({ tool: toolCall.toolName, toolCallId: toolCall.toolCallId, output: { lat: 60, lon: 10 } });
        }
      },
    });
    await chat.sendMessage({ text: 'where' });
    await until(chat, () => isDone(chat) && text(chat) === 'In Oslo.', 'the answer');
    assert.equal(chat.messages.length, 2);
    await assertKept(chat);
  },

  async 'an error'(id) {
    const chat = open(id);
    await chat.sendMessage({ text: 'broken' });
    assert.equal(chat.status, 'error');
    assert.equal(chat.error.message, 'The model is not available. Try again later.');
    assert.equal(text(chat), 'It is');
    await chat.regenerate();
    assert.equal(chat.error, undefined);
    assert.equal(text(chat), 'It is fine.');
    await assertKept(chat);
  },

  async 'a request that is refused'(id) {
    const chat = open(id + '/../etc');
    await chat.sendMessage({ text: 'hello' });
    assert.equal(chat.status, 'error');
    assert.match(chat.error.message, /^the id must have 1 to 256 letters/);
  },

  async 'stop'(id) {
    const chat = open(id);
    const sent = chat.sendMessage({ text: 'long' });
    await until(chat, () => chat.lastMessage?.role === 'assistant' && text(chat).includes('Once'), 'the first words');
    await chat.stop();
    await sent;
    assert.equal(chat.status, 'ready');
    await fetch(`${server}/settled?chat=${id}`); // the run has ended and is saved
    const kept = await history(id);
    assert.equal(kept.at(-1).parts.at(-1).text, 'Once upon a time');
    await chat.sendMessage({ text: 'hello' });
    assert.equal(text(chat), 'Hello.');
  },

  async 'abort by the server'(id) {
    const chat = open(id);
    const sent = chat.sendMessage({ text: 'long' });
    await until(chat, () => chat.lastMessage?.role === 'assistant' && text(chat).includes('Once'), 'the first words');
    await fetch(`${server}/abort?chat=${id}`);
    await sent;
    assert.equal(chat.status, 'ready');
    assert.equal(chat.error, undefined);
    assert.equal(text(chat), 'Once upon a time');
    await assertKept(chat);
  },

  async 'another answer, and an edited question'(id) {
    const chat = open(id);
    await chat.sendMessage({ text: 'hello' });
    await chat.sendMessage({ text: 'think' });
    await chat.regenerate();
    assert.equal(chat.messages.length, 4);
    await assertKept(chat);
    await chat.regenerate({ messageId: chat.messages[1].id });
    assert.equal(chat.messages.length, 2);
    await assertKept(chat);
    await chat.sendMessage({ text: 'think', messageId: chat.messages[0].id });
    assert.equal(text(chat), 'It is 42.');
    assert.equal(chat.messages.length, 2);
    await assertKept(chat);
  },

  async 'files in, files and sources out'(id) {
    const png = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
    const chat = open(id);
    await chat.sendMessage({ text: 'draw', files: [{ type: 'file', mediaType: 'image/png', filename: 'dot.png', url: png }] });
    assert.equal(chat.error, undefined);
    assert.deepEqual(chat.lastMessage.parts.map(p => [p.type, p.url]), [
      ['step-start', undefined], ['text', undefined], ['file', 'data:image/png;base64,ZG90'], ['source-url', 'https://example.com/a'],
    ]);
    const kept = await history(id);
    await validateUIMessages({ messages: kept });
    assert.deepEqual(kept[0].parts.map(p => [p.type, p.text ?? p.url]), [['text', 'draw'], ['file', png]]);
  },
};

let n = 0;
for (const [name, run] of Object.entries(scenarios)) {
  try {
    await run('chat-' + ++n);
  } catch (error) {
    console.error(`FAIL ${name}: ${error.stack}`);
    process.exit(1);
  }
  console.log('ok ' + name);
}
process.exit(0);
