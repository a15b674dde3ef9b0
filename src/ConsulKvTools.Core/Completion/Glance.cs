using System.Text.Json;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Completion;

/// <summary>
/// Short looks at the store for what may be typed next. Each is one request that is never tried again, and leaves no trace in the session: a key
/// pressed at the prompt must neither open its circuit nor hide why the next command fails.
/// </summary>
internal static class Glance
{
    /// <summary>How long a look may go on. The prompt waits far less; what comes later is there for the next time (<see cref="PendingLooks"/>).</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(2);

    // Of a level with more names than these, those in another letter case are not looked for any further.
    private const int LookedThrough = 5_000;

    /// <summary>
    /// What continues <paramref name="typed"/> up to the next slash. Where nothing does, what would in another letter case: Consul's keys heed
    /// it, and nobody remembers it.
    /// </summary>
    /// <param name="session">Where to look.</param>
    /// <param name="typed">The beginning of a key; empty for the top level.</param>
    /// <param name="isWanted">Which names are wanted.</param>
    /// <param name="most">Names wanted at most. The rest of a long level is not even received.</param>
    /// <param name="cancellation">Stops the look.</param>
    /// <exception cref="Exception">Nothing could be learnt, whatever the reason.</exception>
    public static async Task<LevelNames> LevelAsync(ConsulKvSession session, string typed, Func<string, bool> isWanted, int most, CancellationToken cancellation)
    {
        // One level below a typed slash is the usual question; no key begins with what cannot be sent.
        if (KvKey.Check(typed, isPrefix: true) is not null) return new LevelNames([], false);
        var exact = await NamesAsync(session, typed, isWanted, most, int.MaxValue, cancellation).ConfigureAwait(false);
        var folder = KvKey.Folder(typed);
        return exact.Names.Count > 0 || folder.Length == typed.Length
            ? exact
            : await NamesAsync(session, folder, name => isWanted(name) && name.StartsWith(typed, StringComparison.OrdinalIgnoreCase), most, LookedThrough, cancellation).ConfigureAwait(false);
    }

    /// <summary>The entry of a key; null when there is none, or the token may not read it.</summary>
    public static async Task<ConsulKvEntry?> EntryAsync(ConsulKvSession session, string key, CancellationToken cancellation)
    {
        if (KvKey.Check(key, isPrefix: false) is not null) return null;
        var response = await SendAsync(session, ConsulRequest.Get(KvKey.Path(key)), cancellation).ConfigureAwait(false);
        return KvReader.KvQueryAnswers(response) ? new KvReader(session).Interpret(response, key, ConsulConsistency.Default).Entry : null;
    }

    /// <summary>The datacenters that the agent knows, its own and the nearest first.</summary>
    public static Task<IReadOnlyList<string>> DatacentersAsync(ConsulKvSession session, CancellationToken cancellation) =>
        // Consul asks for no token here.
        ListAsync(session, ConsulRequest.Get("/v1/catalog/datacenters") with { SendScope = false, SendToken = false }, item => item.GetString() ?? "", cancellation);

    /// <summary>The namespaces of Consul Enterprise; none on other agents.</summary>
    public static Task<IReadOnlyList<string>> NamespacesAsync(ConsulKvSession session, CancellationToken cancellation) =>
        ListAsync(session, ConsulRequest.Get("/v1/namespaces") with { SendScope = false }, item => TextOf(item, "Name"), cancellation);

    /// <summary>The admin partitions of Consul Enterprise; none on other agents.</summary>
    public static Task<IReadOnlyList<string>> PartitionsAsync(ConsulKvSession session, CancellationToken cancellation) =>
        ListAsync(session, ConsulRequest.Get("/v1/partitions") with { SendScope = false }, item => TextOf(item, "Name"), cancellation);

    /// <summary>The lock sessions that the token may see.</summary>
    public static Task<IReadOnlyList<LockSessionRow>> LockSessionsAsync(ConsulKvSession session, CancellationToken cancellation) =>
        ListAsync(session, ConsulRequest.Get("/v1/session/list"),
            item => new LockSessionRow(TextOf(item, "ID"), TextOf(item, "Name"), TextOf(item, "Node"), TextOf(item, "TTL"), TextOf(item, "Behavior")), cancellation);

    private static async Task<LevelNames> NamesAsync(ConsulKvSession session, string prefix, Func<string, bool> isWanted, int most, int longest, CancellationToken cancellation)
    {
        // Stale: it is answered without a leader too, and a name more or less is no harm.
        var request = ConsulRequest.Get(KvKey.PrefixPath(prefix), "keys&separator=%2F&stale");
        using var exchange = await session.Http.BeginAsync(request, Longest, cancellation).ConfigureAwait(false);
        var names = new List<string>();
        if (exchange.Status != 200) return new LevelNames(names, false);
        var seen = 0;
        await foreach (var piece in KvListStream.ReadAsync(exchange, new KvNameReader(prefix), cancellation).ConfigureAwait(false))
            foreach (var name in piece)
            {
                if (++seen > longest) return new LevelNames(names, true);
                // The level itself, where it is a key too: that is what was typed.
                if (name == prefix || !isWanted(name)) continue;
                if (names.Count == most) return new LevelNames(names, true);
                names.Add(name);
            }
        return new LevelNames(names, false);
    }

    private static async Task<IReadOnlyList<T>> ListAsync<T>(ConsulKvSession session, ConsulRequest request, Func<JsonElement, T> read, CancellationToken cancellation)
    {
        var response = await SendAsync(session, request, cancellation).ConfigureAwait(false);
        if (response.Status != 200) return [];
        using var document = JsonDocument.Parse(response.Body);
        return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Select(read)] : [];
    }

    private static Task<ConsulResponse> SendAsync(ConsulKvSession session, ConsulRequest request, CancellationToken cancellation) =>
        session.Http.SendAsync(request, Longest, cancellation);

    private static string TextOf(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
