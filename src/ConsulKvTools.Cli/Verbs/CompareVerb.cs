using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Comparison;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv compare</c>: what differs between two prefixes, clusters, datacenters or files. Ends as <c>diff</c> does: 0 the same, 1 different, more for trouble.</summary>
internal sealed class CompareVerb : Verb
{
    private readonly Argument<string> reference = new("REFERENCE") { Description = "The prefix that the other is measured by; '' is the whole store." };
    private readonly Argument<string?> difference = new("DIFFERENCE") { Description = "The prefix to compare with it. Default: the same.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> referenceFile = new("--reference-file") { Description = "A file or folder as the reference side: an export of consul kv, YAML, properties, a folder of files; - reads standard input.", HelpName = "file" };
    private readonly Option<string?> differenceFile = new("--difference-file") { Description = "A file or folder as the other side; - reads standard input.", HelpName = "file" };
    private readonly Option<ConsulKvFormat?> referenceFormat = DocumentFormat.Option("--reference-format", "The form of --reference-file: json, folder, yaml or properties. Without it the name says it, and standard input is JSON.");
    private readonly Option<ConsulKvFormat?> differenceFormat = DocumentFormat.Option("--difference-format", "The form of --difference-file, in the same way.");
    private readonly Option<string?> differenceAddress = new("--difference-address") { Description = "The agent of the other side. Without --difference-token-file no token is sent to it.", HelpName = "url" };
    private readonly Option<string?> differenceTokenFile = new("--difference-token-file") { Description = "File with the token for the other side.", HelpName = "file" };
    private readonly Option<string?> differenceDatacenter = new("--difference-datacenter") { Description = "The datacenter of the other side.", HelpName = "name" };
    private readonly Option<bool> semantic = new("--semantic") { Description = "JSON that says the same is the same, however it is written." };
    private readonly Option<bool> ignoreFlags = new("--ignore-flags") { Description = "Flags do not count." };
    private readonly Option<string[]> exclude = new("--exclude") { Description = "Names to pass over; * is any text. May be given several times.", HelpName = "pattern" };
    private readonly Option<string[]> excludeValue = new("--exclude-value") { Description = "A regular expression of parts of values that do not count. May be given several times.", HelpName = "regex" };

    public CompareVerb(GlobalOptions globals, Surroundings surroundings)
        : base("compare", "Say what differs between two prefixes, clusters, datacenters or files. Secrets are not shown.", globals, surroundings)
    {
        Arguments.Add(reference);
        Arguments.Add(difference);
        foreach (var option in new Option[] { referenceFile, referenceFormat, differenceFile, differenceFormat, differenceAddress, differenceTokenFile, differenceDatacenter, semantic, ignoreFlags, exclude, excludeValue }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var left = KeyArgument.Read(parsed.GetRequiredValue(reference))!;
        var right = KeyArgument.Read(parsed.GetValue(difference)) ?? left;
        var isElsewhere = (parsed.GetValue(differenceAddress) ?? parsed.GetValue(differenceTokenFile)) is not null;
        if (parsed.GetValue(differenceFile) is not null && (isElsewhere || parsed.GetValue(differenceDatacenter) is not null))
            throw new UsageException("--difference-file is a side of its own: it does not go with --difference-address, --difference-token-file and --difference-datacenter.");
        if (parsed.GetValue(difference) is null && !isElsewhere && parsed.GetValue(differenceDatacenter) is null && parsed.GetValue(differenceFile) is null && parsed.GetValue(referenceFile) is null)
            throw new UsageException("There is nothing to compare with: give a second prefix, --difference-address, --difference-datacenter or a file.");
        if ((parsed.GetValue(referenceFile) is null && parsed.GetValue(referenceFormat) is not null) || (parsed.GetValue(differenceFile) is null && parsed.GetValue(differenceFormat) is not null))
            throw new UsageException("--reference-format and --difference-format say the form of a file: give --reference-file or --difference-file with them.");
        var onInput = new[] { parsed.GetValue(referenceFile), parsed.GetValue(differenceFile) }.Count(file => file == "-");
        if (onInput > 1) throw new UsageException("Standard input can be one of the sides only. Put the other into a file.");
        if (onInput > 0 && Globals.TokenIsOnInput(parsed)) throw new UsageException("Standard input cannot carry both the token (--token-stdin) and a document (-). Put one of them into a file.");
        var options = new ComparisonOptions
        {
            Semantic = parsed.GetValue(semantic), IgnoreFlags = parsed.GetValue(ignoreFlags), Exclude = new KeyPatterns(parsed.GetValue(exclude)),
            ExcludeValue = ComparisonOptions.Patterns(parsed.GetValue(excludeValue), "--exclude-value"),
        };
        // Two files need no agent.
        var given = Globals.SessionOptions(parsed, Surroundings);
        using var session = parsed.GetValue(referenceFile) is not null && parsed.GetValue(differenceFile) is not null ? null : ConsulKvSession.Create(given, Surroundings.Environment);
        using var other = isElsewhere ? OpenOther(parsed, given) : null;
        var there = other ?? session;
        if (there is not null && parsed.GetValue(differenceDatacenter) is { } datacenter) there = there.InDatacenter(datacenter);
        var one = Side(parsed, referenceFile, referenceFormat, session, left);
        var two = Side(parsed, differenceFile, differenceFormat, there, right);
        var comparison = new StoreComparison(one, two, options);
        if (terminal.IsJson) await WriteJsonAsync(terminal, comparison, cancellation).ConfigureAwait(false);
        else await WriteTextAsync(terminal, comparison, cancellation).ConfigureAwait(false);
        foreach (var side in new[] { one, two })
            if (side.State == KvReadState.Missing) terminal.OnError().Line($"{side.Name} has nothing to compare.");
            else if (side is { State: KvReadState.Filtered, Finding: { } finding }) FindingView.Write(terminal.OnError(), ForShell.Of(finding));
            else if (comparison.IsSame == true && !await side.IsSurelyWholeAsync(cancellation).ConfigureAwait(false))
                terminal.OnError().Line($"{side.Name}: keys that the token may not read are not compared, and this agent does not say whether there are any.");
        if (comparison.IsSame is { } isSame) return isSame ? ExitCode.Healthy : ExitCode.Fault;
        terminal.OnError().Line($"{(comparison.Compared == comparison.Unknown ? "Nothing was compared" : "Not all could be compared")}, so nobody can tell whether both are the same.");
        return ExitCode.CouldNotRun;
    }

    /// <summary>No token of the first side goes to the second, unless it is said so: it is another cluster's.</summary>
    private ConsulKvSession OpenOther(ParseResult parsed, ConsulSessionOptions given)
    {
        var file = parsed.GetValue(differenceTokenFile);
        var environment = parsed.GetValue(differenceAddress) is null ? Surroundings.Environment : Surroundings.Environment.Without("CONSUL_HTTP_TOKEN", "CONSUL_HTTP_TOKEN_FILE");
        return ConsulKvSession.Create(given with { Address = parsed.GetValue(differenceAddress) ?? given.Address, Token = null, TokenFile = file }, environment);
    }

    private KvSide Side(ParseResult parsed, Option<string?> file, Option<ConsulKvFormat?> format, ConsulKvSession? session, string prefix) =>
        new(parsed.GetValue(file) is { } given ? DocumentFormat.Open(given == "-" ? given : Path.GetFullPath(given), parsed.GetValue(format), Surroundings.Input, format.Name)
            : new KvPrefixSource(session!, prefix, ConsulConsistency.Default), prefix);

    private static async Task WriteTextAsync(Terminal terminal, StoreComparison comparison, CancellationToken cancellation)
    {
        await foreach (var some in comparison.RunAsync(cancellation).ConfigureAwait(false))
            foreach (var one in some)
                foreach (var (tone, text) in DifferenceText.Lines(one, terminal.Width)) terminal.Line(tone is { } known ? terminal.Style.Paint(known, text) : text);
    }

    private static async Task WriteJsonAsync(Terminal terminal, StoreComparison comparison, CancellationToken cancellation)
    {
        var rows = terminal.Rows("differences", "differences");
        await foreach (var some in comparison.RunAsync(cancellation).ConfigureAwait(false))
        {
            foreach (var one in some) await rows.AddAsync(DifferenceRow.Of(one), CliJson.Default.DifferenceRow).ConfigureAwait(false);
            await rows.FlushAsync().ConfigureAwait(false);
        }
        rows.End(json =>
        {
            json.WriteNumber("compared", comparison.Compared);
            json.WriteNumber("differing", comparison.Differing);
            json.WriteNumber("unknown", comparison.Unknown);
        });
    }
}
