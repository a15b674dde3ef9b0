using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv set</c>: one write, and what became of it.</summary>
internal sealed class SetVerb : Verb
{
    private readonly Argument<string> key = KeyArgument.Required("The key.");
    private readonly Argument<string?> value = new("VALUE") { Description = "The value; '-' reads it from standard input, byte for byte.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> valueFile = new("--value-file") { Description = "A file with the value, taken byte for byte.", HelpName = "file" };
    private readonly Option<ulong?> cas = Choice.Number("--cas", "index", "Write only if the key's ModifyIndex is still this; 0: only if it does not exist.",
        "a ModifyIndex is a whole number from 0 on; 'consulkv get KEY' shows it as index");
    private readonly Option<bool> createOnly = new("--create-only") { Description = "Write only if the key does not exist." };
    private readonly Option<ulong?> flags = Choice.Number("--flags", "number", "A number to store along with the value. Default: 0.", "flags are a whole number from 0 to 18446744073709551615");
    private readonly Option<bool> fenced = new("--fenced") { Description = "Read first and make every attempt a check-and-set: not even a late attempt overwrites a newer value." };
    private readonly Option<string?> lockSession = new("--lock-session") { Description = "Id of the lock session, with --acquire or --release.", HelpName = "id" };
    private readonly Option<bool> acquire = new("--acquire") { Description = "Take the key's lock for that lock session and store the value." };
    private readonly Option<bool> release = new("--release") { Description = "Give the key's lock back and store the value." };
    private readonly Option<string?> operationPrefix = new("--operation-prefix") { Description = "Prefix for a small marker key, written in the same transaction and removed afterwards, that makes every outcome decidable.", HelpName = "prefix" };
    private readonly Option<TimeSpan?> timeout = RetryTime.Option();

    public SetVerb(GlobalOptions globals, Surroundings surroundings)
        : base("set", "Write one key and say what became of the write: Written, Unchanged, Conflict, Denied, Failed or Unknown.", globals, surroundings)
    {
        Arguments.Add(key);
        Arguments.Add(value);
        foreach (var option in new Option[] { valueFile, cas, createOnly, flags, fenced, lockSession, acquire, release, operationPrefix, timeout }) Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var kind = KindOf(parsed);
        var write = new ConsulKvWrite
        {
            Key = KeyArgument.Read(parsed.GetRequiredValue(key))!,
            Kind = kind,
            Flags = parsed.GetValue(flags) ?? 0,
            Index = parsed.GetValue(cas) ?? 0,
            LockSession = parsed.GetValue(lockSession),
            Fenced = parsed.GetValue(fenced),
            OperationPrefix = parsed.GetValue(operationPrefix),
            Value = await ValueInput.ReadAsync(parsed.GetValue(value), parsed.GetValue(valueFile), Surroundings.Input, Globals.TokenIsOnInput(parsed), cancellation).ConfigureAwait(false)
                ?? throw new UsageException("There is no value: consulkv set KEY VALUE, or --value-file F, or '-' for standard input. An empty value is ''."),
        };
        using var session = OpenSession(parsed, RetryTime.Policy(parsed.GetValue(timeout)));
        var result = ForShell.Of(await new KvWriter(session.UsedBy("consulkv set", null)).WriteAsync(write, cancellation).ConfigureAwait(false));
        session.FlushLog();
        if (terminal.IsJson) terminal.Document(WriteDocument.Of(result), CliJson.Default.WriteDocument);
        else WriteView.Write(terminal, result);
        // On the error stream, whatever the form of the output: the write itself is as it is.
        if (session.Telemetry.TakeProblem() is { } lost) FindingView.Write(terminal.OnError(), ForShell.Of(lost));
        return ExitCode.Of(result);
    }

    private ConsulKvWriteKind KindOf(ParseResult parsed)
    {
        var kinds = new List<(string Option, ConsulKvWriteKind Kind)>();
        if (parsed.GetValue(cas) is not null) kinds.Add(("--cas", ConsulKvWriteKind.CheckAndSet));
        if (parsed.GetValue(createOnly)) kinds.Add(("--create-only", ConsulKvWriteKind.CreateOnly));
        if (parsed.GetValue(acquire)) kinds.Add(("--acquire", ConsulKvWriteKind.Acquire));
        if (parsed.GetValue(release)) kinds.Add(("--release", ConsulKvWriteKind.Release));
        if (kinds.Count > 1) throw new UsageException($"{string.Join(" and ", kinds.Select(kind => kind.Option))} exclude each other; give one of them.");
        var takesLock = kinds is [(_, ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release)];
        if (parsed.GetValue(lockSession) is not null && !takesLock) throw new UsageException("--lock-session needs --acquire or --release to say what to do with the lock.");
        if (parsed.GetValue(lockSession) is null && takesLock) throw new UsageException($"{kinds[0].Option} needs --lock-session ID; 'consul lock' or PUT /v1/session/create makes one.");
        return kinds is [var only] ? only.Kind : ConsulKvWriteKind.Put;
    }
}
