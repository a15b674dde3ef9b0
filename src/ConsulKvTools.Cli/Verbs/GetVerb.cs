using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv;

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

    public GetVerb(GlobalOptions globals, Surroundings surroundings)
        : base("get", "Read one key, or all keys below a prefix. Missing, forbidden and filtered are told apart.", globals, surroundings)
    {
        Arguments.Add(key);
        foreach (var option in new Option[] { prefix, names, consistency, raw, timeout }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var one = KeyArgument.Read(parsed.GetValue(key));
        var many = KeyArgument.Read(parsed.GetValue(prefix));
        if (one is null == many is null) throw new UsageException("Give a key or --prefix, one of the two: consulkv get KEY, or consulkv get --prefix app/.");
        if (many is null && parsed.GetValue(names)) throw new UsageException("--names lists the keys below a prefix: consulkv get --prefix app/ --names.");
        if (parsed.GetValue(raw) && (many is not null || terminal.IsJson)) throw new UsageException("--raw writes the bytes of one value; it goes with a key, and without --prefix and --output json.");

        using var session = OpenSession(parsed, RetryTime.Policy(parsed.GetValue(timeout)));
        var reader = new KvReader(session);
        if (one is not null) return await GetOneAsync(parsed, reader, one, terminal, cancellation).ConfigureAwait(false);
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

    private async Task<int> GetOneAsync(ParseResult parsed, KvReader reader, string asked, Terminal terminal, CancellationToken cancellation)
    {
        var mode = parsed.GetValue(consistency);
        var result = await reader.GetAsync(asked, mode, cancellation).ConfigureAwait(false);
        result = result with { Finding = ForShell.OfAny(result.Finding) };
        if (terminal.IsJson) terminal.Document(EntryDocument.Of(asked, mode, result), CliJson.Default.EntryDocument);
        else if (result.Entry is not { } entry) FindingView.Write(terminal.OnError(), result.Finding!);
        else if (parsed.GetValue(raw)) await terminal.BytesAsync(entry.Bytes, cancellation).ConfigureAwait(false);
        else EntryView.Write(terminal, entry);
        return result.State == KvReadState.Found ? ExitCode.Healthy : ExitCode.Fault;
    }
}
