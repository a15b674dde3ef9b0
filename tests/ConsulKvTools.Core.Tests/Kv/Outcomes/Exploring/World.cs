using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Http;
using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>
/// The cluster, the network and everybody else, for one schedule: it answers the product's requests from the model, and a decision says at
/// each step what goes wrong and who writes in between.
/// </summary>
internal sealed class World(Scenario scenario, Choices choices) : HttpMessageHandler
{
    private static readonly Regex Number = new("[0-9]+");
    private static readonly Regex MarkerName = new("op/[0-9a-f-]{36}");
    private static readonly Regex Unused = new("[0-9a-f]{32}");

    private readonly StringBuilder trace = new();
    private readonly Dictionary<string, HashSet<ulong>> seen = new(StringComparer.Ordinal);
    private readonly HashSet<OurAttempt> lost = [];
    private int faults = scenario.Faults;
    private int strangers = scenario.Strangers;
    private bool started;

    private enum Fate { Answered, AppliedAnswerLost, Lost, Refused, Denied, CancelledUnsent, CancelledApplied, CancelledLost }

    public KvModel Now { get; private set; } = scenario.Start;

    /// <summary>The store at the start and after each change.</summary>
    public List<KvModel> States { get; } = [scenario.Start];

    public List<OurAttempt> Attempts { get; } = [];

    /// <summary>The story in words.</summary>
    public List<string> Story { get; } = [];

    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Requests that went well since the last that did not.</summary>
    public int AnsweredInARow { get; private set; }

    /// <summary>From now on decisions are made.</summary>
    public void Begin()
    {
        started = true;
        // What the run can know when it begins.
        trace.Append(scenario.HasRead ? $"the store is at {Now.TableIndex};" : "");
    }

    /// <summary>The call is over; others go on.</summary>
    public void Rest()
    {
        StatesOfCall = States.ToArray();
        TraceOfCall = Ranked(trace + Shown(Now));
        TruthOfCall = Promise.TruthOf(scenario, this);
        Story.Add("the call is over");
        Gap();
    }

    /// <summary>All that the run could see, and what a read would show when it ended.</summary>
    public string TraceOfCall { get; private set; } = "";

    /// <summary>What had become of the write when the run ended.</summary>
    public Truth TruthOfCall { get; private set; }

    /// <summary>The states up to the result.</summary>
    public IReadOnlyList<KvModel> StatesOfCall { get; private set; } = [];

    /// <summary>True when the run did not hear what became of this attempt.</summary>
    public bool WasLost(OurAttempt attempt) => lost.Contains(attempt);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!started) return KvModelWire.Parse(request, []).Read(Now);
        Gap();
        var fate = Choose(request.Method != HttpMethod.Get && !request.RequestUri!.Query.Contains("consistent", StringComparison.Ordinal));
        // Only who has not touched the body yet has not sent anything.
        if (fate == Fate.CancelledUnsent) throw Cancelled(request.Method + " " + request.RequestUri!.AbsolutePath, "before it was sent");
        var wire = KvModelWire.Parse(request, request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(CancellationToken.None));
        var response = wire.IsWrite ? Write(wire, fate) : Read(wire, fate);
        AnsweredInARow = fate == Fate.Answered ? AnsweredInARow + 1 : 0;
        var shown = response.Content is StreamContent ? "cut" : await response.Content.ReadAsStringAsync(CancellationToken.None);
        trace.Append(Hidden(Named(wire))).Append(" => ").Append((int)response.StatusCode).Append(string.Join(",", response.Headers.Select(header => string.Concat(header.Value)))).Append(Hidden(shown)).Append(';');
        return response;
    }

    private HttpResponseMessage Write(KvModelWire wire, Fate fate)
    {
        var ours = wire.Operations.Any(operation => !IsMarker(operation.Key));
        var snapshot = seen.ToDictionary(pair => pair.Key, pair => pair.Value.ToHashSet(), StringComparer.Ordinal);
        var attempt = new OurAttempt(wire, ours ? Attempts.Count(one => one.Number >= 0) : -1, snapshot) { FollowsLoss = lost.Any(one => one.Number >= 0) };
        Attempts.Add(attempt);
        if (fate is Fate.Answered or Fate.AppliedAnswerLost or Fate.CancelledApplied) Land(attempt);
        else attempt.IsPending = fate is Fate.Lost or Fate.CancelledLost;
        Story.Add($"{attempt} {fate}");
        if (fate is not (Fate.Answered or Fate.Refused or Fate.Denied)) lost.Add(attempt);
        var turn = Attempts.Count;
        switch (fate)
        {
            case Fate.Answered:
                return wire.Answer(attempt.Answer!);
            case Fate.AppliedAnswerLost:
                return (turn % 4) switch
                {
                    0 => KvModelWire.Text(HttpStatusCode.InternalServerError, "leadership lost while committing log"),
                    1 => throw Lost(wire, Reset()),
                    2 => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new CutStream()) },
                    _ => throw Lost(wire, TimedOut()),
                };
            case Fate.Lost:
                throw Lost(wire, turn % 2 == 0 ? TimedOut() : Reset());
            case Fate.Refused:
                return (turn % 3) switch
                {
                    0 => KvModelWire.Text(HttpStatusCode.InternalServerError, "No cluster leader"),
                    1 => KvModelWire.Text(HttpStatusCode.ServiceUnavailable, "rpc error making call: rate limit exceeded, try again later or against a different server"),
                    _ => KvModelWire.Text(HttpStatusCode.TooManyRequests, "Your IP is issuing too many concurrent connections, please rate limit your calls"),
                };
            case Fate.Denied:
                return (turn % 3) switch
                {
                    0 => KvModelWire.Text(HttpStatusCode.RequestEntityTooLarge, "Request body(600000 bytes) too large, max size: 524288 bytes. See https://www.consul.io/docs/agent/options.html#kv_max_value_size."),
                    1 => KvModelWire.Text(HttpStatusCode.Forbidden, "Permission denied"),
                    _ => KvModelWire.Text(HttpStatusCode.NotFound, "404 page not found"),
                };
            default:
                throw Cancelled(Named(wire), "under way");
        }
    }

    private HttpResponseMessage Read(KvModelWire wire, Fate fate)
    {
        Story.Add($"{Named(wire)} {fate}");
        switch (fate)
        {
            case Fate.Answered:
                Remember(wire);
                return wire.Read(Now);
            case Fate.Lost:
                throw Lost(wire, Reset());
            case Fate.Denied:
                return KvModelWire.Text(HttpStatusCode.Forbidden, "Permission denied");
            default:
                throw Cancelled(Named(wire), "under way");
        }
    }

    /// <summary>Lets an attempt take effect.</summary>
    public void Land(OurAttempt attempt)
    {
        (Now, attempt.Answer) = Now.Apply(attempt.Wire.Operations);
        attempt.AppliedAt = Now.Index;
        attempt.IsPending = false;
        if (attempt.Answer.Changed.Count > 0) States.Add(Now);
    }

    /// <summary>Before each request, and after the call: strangers write, lost attempts arrive.</summary>
    private void Gap()
    {
        while (true)
        {
            var late = Attempts.Where(attempt => attempt.IsPending).ToArray();
            var others = strangers > 0 ? Strangers.Actions(Now, scenario).ToArray() : [];
            var choice = choices.Next(1 + late.Length + others.Length);
            if (choice == 0) return;
            if (choice <= late.Length)
            {
                Land(late[choice - 1]);
                Story.Add($"late: {late[choice - 1]}");
                continue;
            }
            strangers--;
            (var name, Now) = others[choice - 1 - late.Length];
            States.Add(Now);
            Story.Add($"stranger: {name}");
        }
    }

    private Fate Choose(bool isWrite)
    {
        Fate[] fates = faults == 0 ? [Fate.Answered]
            : isWrite ? [Fate.Answered, Fate.AppliedAnswerLost, Fate.Lost, Fate.Refused, Fate.Denied] : [Fate.Answered, Fate.Lost, Fate.Denied];
        if (scenario.MayCancel && !Stop.IsCancellationRequested)
            fates = isWrite ? [.. fates, Fate.CancelledUnsent, Fate.CancelledApplied, Fate.CancelledLost] : [.. fates, Fate.CancelledLost];
        var fate = fates[choices.Next(fates.Length)];
        if (fate is not Fate.Answered && !Stop.IsCancellationRequested && fate < Fate.CancelledUnsent) faults--;
        return fate;
    }

    private void Remember(KvModelWire wire)
    {
        IEnumerable<string> keys = wire.Verb switch
        {
            "read" => [wire.Key],
            "txn" => wire.Operations.Select(operation => operation.Key),
            "recurse" or "keys" => Now.Entries.Keys.Where(key => key.StartsWith(wire.Key, StringComparison.Ordinal)),
            _ => [],
        };
        foreach (var key in keys)
        {
            if (!seen.TryGetValue(key, out var versions)) seen[key] = versions = [];
            versions.Add(Now[key]?.ModifyIndex ?? 0);
        }
    }

    private OperationCanceledException Cancelled(string what, string when)
    {
        Story.Add($"cancelled: {what} {when}");
        trace.Append(Hidden(what)).Append(" => cancelled ").Append(when).Append(';');
        Stop.Cancel();
        return new OperationCanceledException(Stop.Token);
    }

    private Exception Lost(KvModelWire wire, Exception how)
    {
        trace.Append(Hidden(Named(wire))).Append(" => lost;");
        AnsweredInARow = 0;
        return how;
    }

    private static HttpRequestException Reset() => new("reset", new IOException("reset", new SocketException((int)SocketError.ConnectionReset)));

    private static ConsulTransportException TimedOut() => new("Http.ResponseTimeout", DialPhase.Receive, [("seconds", 1), ("operation", "PUT"), ("phase", DialPhase.Receive)]);

    private static bool IsMarker(string key) => key.StartsWith("op/", StringComparison.Ordinal);

    private static string Named(KvModelWire wire) =>
        wire.Operations.Count == 0 ? $"{wire.Verb} {(IsMarker(wire.Key) ? "marker" : wire.Key)}"
            : string.Join(" + ", wire.Operations.Select(operation => $"{operation.Verb} {(IsMarker(operation.Key) ? "marker" : operation.Key)}={operation.Value}@{operation.Index}"));

    /// <summary>Marker names are made at random and must not tell traces apart.</summary>
    private static string Hidden(string text) => Unused.Replace(MarkerName.Replace(text, "marker"), "unused").Replace(Strangers.Us, "us").Replace(Strangers.Them, "them");

    /// <summary>Raft counts more than keys: of indexes only the order tells anything, not how far they are apart.</summary>
    private static string Ranked(string trace)
    {
        var numbers = Number.Matches(trace).Select(match => ulong.Parse(match.ValueSpan)).Distinct().Order().Select((value, rank) => (value, rank)).ToDictionary(pair => pair.value, pair => pair.rank);
        return Number.Replace(trace, match => "#" + numbers[ulong.Parse(match.ValueSpan)]);
    }

    private static string Shown(KvModel model) => Hidden(string.Join(";", model.Entries.Values) + model.TableIndex + string.Join(",", model.LockSessions));
}
