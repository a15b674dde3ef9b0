using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using ConsulKvTools.Tests.Kv.Outcomes.Exploring;
using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes;

/// <summary>The model as an agent for tests of one story: what happens to the n-th write is written down beforehand, all else goes well.</summary>
internal sealed class ScriptedConsul(KvModel start) : HttpMessageHandler
{
    private readonly Dictionary<int, Func<KvModelWire, HttpResponseMessage>> script = [];
    private int writes;

    public KvModel Now { get; set; } = start;

    /// <summary>All requests, questions too.</summary>
    public List<KvModelWire> Requests { get; } = [];

    /// <summary>Answers a path that is not about keys.</summary>
    public Dictionary<string, Func<HttpResponseMessage>> Others { get; } = [];

    public ConsulKvSession Open() => ConsulKvSession.Create(
        new ConsulSessionOptions { Address = "http://127.0.0.1:8500", Handler = this, RetryPolicy = new() { MaxAttempts = 5, BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) } },
        ConsulEnvironment.Empty, new InstantTime());

    /// <summary>The n-th write is applied and its answer lost; then <paramref name="others"/> write.</summary>
    public ScriptedConsul LoseAnswer(int nth, Action? others = null) => On(nth, wire =>
    {
        Apply(wire);
        others?.Invoke();
        throw Reset();
    });

    /// <summary>The n-th write is lost; then <paramref name="others"/> write.</summary>
    public ScriptedConsul Lose(int nth, Action? others = null) => On(nth, _ =>
    {
        others?.Invoke();
        throw Reset();
    });

    public ScriptedConsul On(int nth, Func<KvModelWire, HttpResponseMessage> then)
    {
        script[nth] = then;
        return this;
    }

    public void Apply(params IReadOnlyList<KvModelOperation> operations) => Now = Now.Apply(operations).After;

    public HttpResponseMessage Apply(KvModelWire wire)
    {
        (Now, var answer) = Now.Apply(wire.Operations);
        return wire.Answer(answer);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Others.TryGetValue(request.RequestUri!.AbsolutePath, out var other)) return other();
        var wire = KvModelWire.Parse(request, request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken));
        Requests.Add(wire);
        if (!wire.IsWrite) return wire.Read(Now);
        return script.TryGetValue(++writes, out var then) ? then(wire) : Apply(wire);
    }

    private static HttpRequestException Reset() => new("reset", new IOException("reset", new SocketException((int)SocketError.ConnectionReset)));
}
