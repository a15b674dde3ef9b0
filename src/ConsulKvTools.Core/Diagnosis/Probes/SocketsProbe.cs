using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Processes;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>The sockets that already lead to the agent: whether there are local ports left for more, and with <c>-ProcessId</c> what the program does with its own.</summary>
internal sealed class SocketsProbe(HostFiles files) : IProbe
{
    // A pool keeps some that the agent has closed; a program that never closes them gathers more and more.
    private const int ManyNotClosed = 10;
    private const double NearlyAll = 0.9;
    private const double Half = 0.5;

    private const int RowsShown = 50;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(300);

    public string Name => "Sockets";

    public ConsulLayer Layer => ConsulLayer.Host;

    public ConsulLayer? Needs => ConsulLayer.Name;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        if (target.Endpoint.SocketPath is not null) return ProbeResults.Skipped("the other end of a unix socket does not show");
        var remotes = await RemotesAsync(context, cancellation).ConfigureAwait(false);
        if (remotes.Count == 0) return ProbeResults.Skipped("there is no address to look for");
        var program = context.Request.Program;
        var process = program is { Unsupported: null } ? program.Pid.ToString(CultureInfo.InvariantCulture) : "self";
        var table = Table(process);
        var all = Leading(table, remotes);
        var findings = new List<ConsulFinding>();
        (string, object?)[] where = [("address", context.Session.Address), ("port", remotes.First().Port)];
        // The range belongs to a network; that of another one cannot be seen from here.
        if (program?.SharesNetwork != false) findings.AddRange(JudgePorts(all, LocalPorts.Count(new ProcFolder(files.Proc)), where));
        if (program?.SharesNetwork != false) findings.AddRange(await JudgeListenerAsync(table, process, remotes, where, cancellation).ConfigureAwait(false));
        var own = program?.Sockets is { } inodes ? all.Where(row => row.Inode != 0 && inodes.Contains(row.Inode)).ToArray() : null;
        if (own is not null && program is not null) findings.AddRange(await JudgeProgramAsync(program, process, own, remotes, where, cancellation).ConfigureAwait(false));

        var shown = own ?? all;
        return ProbeResults.From(findings.Count > 0 ? findings[0].Title : $"{(own is null ? "this machine" : program!.ToString())} has {Counts(shown)} to {context.Session.Address}", findings,
            ("SocketStates", Counts(shown)), ("TimeWaitToAgent", all.Count(row => row.State == TcpState.TimeWait)),
            ("Sockets", program is null ? null : shown.Take(RowsShown).Select(Describe).ToArray())) with
        { Blocks = false };
    }

    private static async Task<IReadOnlyCollection<IPEndPoint>> RemotesAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        if (target.Proxy is not { } proxy)
            return (context.Facts.Find<ResolvedAddresses>()?.Addresses ?? []).Select(address => new IPEndPoint(address, target.Endpoint.Port)).ToArray();
        using var deadline = Deadline.In(context.TimeFor(TimeSpan.FromSeconds(1)), cancellation);
        try
        {
            return (await SocketIo.ResolveAsync(proxy.Address.IdnHost, deadline.Token).ConfigureAwait(false)).Select(address => new IPEndPoint(address, proxy.Address.Port)).ToArray();
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The proxy's own probe says what is wrong with its name.
            return [];
        }
    }

    private IReadOnlyList<TcpRow> Table(string process) => SocketTable.Read(files, process);

    private static TcpRow[] Leading(IReadOnlyList<TcpRow> table, IReadOnlyCollection<IPEndPoint> remotes)
    {
        var wanted = new HashSet<IPEndPoint>(remotes);
        return table.Where(row => row.State != TcpState.Listen && wanted.Contains(row.Remote)).ToArray();
    }

    // Where the agent is on this machine, the kernel shows how many connections it has not accepted yet.
    private async Task<IReadOnlyList<ConsulFinding>> JudgeListenerAsync(
        IReadOnlyList<TcpRow> table, string process, IReadOnlyCollection<IPEndPoint> remotes, (string, object?)[] where, CancellationToken cancellation)
    {
        TcpRow? Waiting(IReadOnlyList<TcpRow> rows) => rows.FirstOrDefault(row => row is { State: TcpState.Listen, ReceiveQueue: > 0 } && remotes.Any(remote =>
            remote.Port == row.Local.Port && (remote.Address.Equals(row.Local.Address) || row.Local.Address.Equals(IPAddress.Any) || row.Local.Address.Equals(IPAddress.IPv6Any))
            && OwnAddresses.Include(remote.Address)));
        var waiting = Waiting(table);
        // What the first look finds is most often this diagnosis' own connection on its way in, so the second comes soon.
        TimeSpan[] pauses = [TimeSpan.FromMilliseconds(20), BetweenLooks, BetweenLooks];
        for (var look = 0; look < pauses.Length && waiting is not null; look++)
        {
            await Task.Delay(pauses[look], cancellation).ConfigureAwait(false);
            waiting = Waiting(Table(process)) is { } later && later.ReceiveQueue >= waiting.ReceiveQueue ? later : null;
        }
        return waiting is null ? [] : [ConsulFinding.Create("Host.ConnectionsNotAccepted", [.. where, ("count", waiting.ReceiveQueue)])];
    }

    private static IEnumerable<ConsulFinding> JudgePorts(TcpRow[] rows, int? available, (string, object?)[] where)
    {
        if (available is not { } size || size <= 0) yield break;
        // A port can be used once for each remote address, so the fullest one counts.
        var fullest = rows.GroupBy(row => row.Remote).OrderByDescending(same => same.Count()).FirstOrDefault();
        if (fullest is null) yield break;
        var used = fullest.Select(row => row.Local.Port).Distinct().Count();
        var waiting = fullest.Count(row => row.State == TcpState.TimeWait);
        (string, object?)[] evidence = [.. where, ("ip", fullest.Key.Address.ToString()), ("count", used), ("limit", size), ("timeWait", waiting)];
        if (used >= size * NearlyAll) yield return ConsulFinding.Create("Host.EphemeralPortsExhausted", evidence);
        else if (waiting >= size * Half) yield return ConsulFinding.Create("Host.TimeWaitPileUp", evidence);
    }

    private async Task<IReadOnlyList<ConsulFinding>> JudgeProgramAsync(
        ProcessSnapshot program, string process, TcpRow[] own, IReadOnlyCollection<IPEndPoint> remotes, (string, object?)[] where, CancellationToken cancellation)
    {
        var findings = new List<ConsulFinding>();
        (string, object?)[] Evidence(IReadOnlyCollection<TcpRow> rows, params (string, object?)[] more) =>
            [.. where, ("source", program.ToString()), ("pid", program.Pid), ("count", rows.Count), ("text", string.Join("; ", rows.Take(5).Select(Describe))), .. more];

        var notClosed = own.Where(row => row.State == TcpState.CloseWait).ToArray();
        if (notClosed.Length >= ManyNotClosed) findings.Add(ConsulFinding.Create("Host.CloseWaitLeak", Evidence(notClosed)));
        var open = own.Where(row => row.State == TcpState.Established).ToArray();
        if (open.Length >= SocketTable.NearConnectionLimit) findings.Add(ConsulFinding.Create("Host.ConnectionsNearLimit", Evidence(open, ("limit", SocketTable.UsualConnectionLimit))));

        // A queue that moves is at work: only one that stands still tells something, and that takes more than one look.
        TcpRow[] Unanswered(TcpRow[] rows) => rows.Where(row => row.State == TcpState.SynSent).ToArray();
        TcpRow[] Unread(TcpRow[] rows) => rows.Where(row => row is { State: TcpState.Established, ReceiveQueue: > 0 }).ToArray();
        TcpRow[] Unsent(TcpRow[] rows) => rows.Where(row => row is { State: TcpState.Established, SendQueue: > 0 }).ToArray();
        var (unanswered, unread, unsent) = (Unanswered(own), Unread(own), Unsent(own));
        for (var look = 0; look < 2 && unanswered.Length + unread.Length + unsent.Length > 0; look++)
        {
            await Task.Delay(BetweenLooks, cancellation).ConfigureAwait(false);
            var now = Leading(Table(process), remotes).Where(row => row.Inode != 0).GroupBy(row => row.Inode).ToDictionary(same => same.Key, same => same.First());
            TcpRow[] Still(TcpRow[] before, Func<TcpRow, TcpRow, bool> unmoved) =>
                before.Where(row => now.TryGetValue(row.Inode, out var later) && later.State == row.State && unmoved(row, later)).Select(row => now[row.Inode]).ToArray();
            unanswered = Still(unanswered, (_, _) => true);
            unread = Still(unread, (before, later) => later.ReceiveQueue >= before.ReceiveQueue);
            unsent = Still(unsent, (before, later) => later.SendQueue >= before.SendQueue);
        }
        if (unanswered.Length > 0) findings.Add(ConsulFinding.Create("Host.ConnectUnanswered", Evidence(unanswered)));
        if (unread.Length > 0) findings.Add(ConsulFinding.Create("Host.ReceiveQueueUnread", Evidence(unread, ("bytes", unread.Sum(row => row.ReceiveQueue)))));
        if (unsent.Length > 0) findings.Add(ConsulFinding.Create("Host.SendQueueStuck", Evidence(unsent, ("bytes", unsent.Sum(row => row.SendQueue)), ("attempts", unsent.Max(row => row.Retransmits)))));
        return findings;
    }

    private static string Describe(TcpRow row) =>
        $"{row.Local} to {row.Remote} {row.State}" + (row.ReceiveQueue > 0 || row.SendQueue > 0 ? $", {row.ReceiveQueue} bytes not read, {row.SendQueue} bytes not acknowledged" : "")
        + (row.Retransmits > 0 ? $", sent again {row.Retransmits} times" : "");

    private static string Counts(TcpRow[] rows) => rows.Length == 0 ? "no connections"
        : string.Join(", ", rows.GroupBy(row => row.State).OrderByDescending(same => same.Count()).Select(same => $"{same.Count()} {same.Key}"));
}
