using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv get</c>: one key, or what lies below a prefix.</summary>
internal sealed class GetVerb : Verb
{
    private readonly Argument<string?> key = KeyArgument.Optional("The key. Not together with --prefix.");
    private readonly Option<string?> prefix = new("--prefix") { Description = "Read every key that begins with this. An empty text reads the whole store.", HelpName = "prefix" };
    private readonly Option<bool> names = new("--names") { Description = "With --prefix: the names of the keys only." };
    private readonly Option<ConsulConsistency> consistency = Choice.Option("--consistency", "Consul's read mode.", ConsulConsistency.Default);
    private readonly Option<bool> raw = new("--raw") { Description = "Write the value's bytes and nothing else." };
    private readonly Option<TimeSpan?> timeout = RetryTime.Option();
    private readonly Option<ulong?> waitIndex = Choice.Number("--wait-index", "index", "Wait until the key's ModifyIndex is this or more.", "an index to wait for is a whole number; 'consulkv set' shows it as index");
    private readonly Option<string?> waitValue = new("--wait-value") { Description = "Wait until the key has exactly this value.", HelpName = "value" };
    private readonly Option<TimeSpan?> waitTimeout = Choice.Duration("--wait-timeout", "The longest wait. Default: 30s.");

    public GetVerb(GlobalOptions globals, Surroundings surroundings)
        : base("get", "Read one key, or all keys below a prefix. Missing, forbidden and filtered are told apart.", globals, surroundings)
    {
        Arguments.Add(key);
        foreach (var option in new Option[] { prefix, names, consistency, raw, waitIndex, waitValue, waitTimeout, timeout }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var one = KeyArgument.Read(parsed.GetValue(key));
        var many = KeyArgument.Read(parsed.GetValue(prefix));
        if (one is null == many is null) throw new UsageException("Give a key or --prefix, one of the two: consulkv get KEY, or consulkv get --prefix app/.");
        if (many is null && parsed.GetValue(names)) throw new UsageException("--names lists the keys below a prefix: consulkv get --prefix app/ --names.");
        if (parsed.GetValue(raw) && (many is not null || terminal.IsJson)) throw new UsageException("--raw writes the bytes of one value; it goes with a key, and without --prefix and --output json.");

        var awaited = parsed.GetValue(waitIndex) is null && parsed.GetValue(waitValue) is null ? null
            : new KvAwaited(parsed.GetValue(waitIndex), await ValueInput.ReadAsync(parsed.GetValue(waitValue), null, Surroundings.Input, Globals.TokenIsOnInput(parsed), cancellation).ConfigureAwait(false));
        if (awaited is not null && many is not null) throw new UsageException("--wait-index and --wait-value wait for one key: give a key instead of --prefix.");
        if (awaited is null && parsed.GetValue(waitTimeout) is not null) throw new UsageException("--wait-timeout limits a wait, so it needs --wait-index or --wait-value.");

        using var session = OpenSession(parsed, RetryTime.Policy(parsed.GetValue(timeout)));
        var reader = new KvReader(session);
        if (one is not null) return await GetOneAsync(parsed, session, one, awaited, terminal, cancellation).ConfigureAwait(false);
        IListing listing = terminal.IsJson ? new JsonListing(terminal, many!, parsed.GetValue(names)) : new TextListing(terminal);
        await using (listing.ConfigureAwait(false))
        {
            if (parsed.GetValue(names))
                await foreach (var name in reader.NamesAsync(many!, null, parsed.GetValue(consistency), listing.Report, cancellation).ConfigureAwait(false))
                    await listing.AddAsync(name).ConfigureAwait(false);
            else
                await foreach (var entry in reader.ListAsync(many!, parsed.GetValue(consistency), listing.Report, cancellation).ConfigureAwait(false))
                    await listing.AddAsync(entry).ConfigureAwait(false);
            await listing.EndAsync().ConfigureAwait(false);
        }
        return listing.State == KvReadState.Found ? ExitCode.Healthy : ExitCode.Fault;
    }

    private async Task<int> GetOneAsync(ParseResult parsed, ConsulKvSession session, string asked, KvAwaited? awaited, Terminal terminal, CancellationToken cancellation)
    {
        var mode = parsed.GetValue(consistency);
        var result = awaited is null
            ? await new KvReader(session).GetAsync(asked, mode, cancellation).ConfigureAwait(false)
            : await KvWaiting.UntilAsync(session, asked, awaited, mode, parsed.GetValue(waitTimeout) ?? TimeSpan.FromSeconds(30), cancellation).ConfigureAwait(false);
        result = result with { Finding = ForShell.OfAny(result.Finding) };
        if (terminal.IsJson) terminal.Document(EntryDocument.Of(asked, mode, result), CliJson.Default.EntryDocument);
        else if (result.Entry is not { } entry) FindingView.Write(terminal.OnError(), result.Finding!);
        else if (parsed.GetValue(raw)) await terminal.BytesAsync(entry.Bytes, cancellation).ConfigureAwait(false);
        else EntryView.Write(terminal, entry);
        return result.State == KvReadState.Found ? ExitCode.Healthy : ExitCode.Fault;
    }
}
