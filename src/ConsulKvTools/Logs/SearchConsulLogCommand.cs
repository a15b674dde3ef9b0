using System.Management.Automation;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Logs;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Commands;

/// <summary>Reads Consul's logs, wherever they are, and says what stands in them: findings over time, and what happened.</summary>
[Cmdlet(VerbsCommon.Search, "ConsulLog", DefaultParameterSetName = UnitSet, HelpUri = HelpPages.Folder + "Search-ConsulLog.md")]
[OutputType(typeof(ConsulLogFinding), typeof(ConsulLogLine))]
public sealed class SearchConsulLogCommand : ConsulCmdlet
{
    private const string UnitSet = "Journal";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string AgentSet = "Agent";
    private const int RawPiece = 256;

    private readonly List<string> files = [];
    private LogSearch? search;
    private List<ConsulLogLine>? raw;
    private string? status;
    private int percent = -1;
    private long shown;

    /// <summary>Files to read, packed (.gz) or not; wildcards are allowed. Several are put in the order of their times.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Files to read, their paths taken as they stand.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Reads what rotation made of the files, too: consul.log.1, consul.log.2.gz, consul.log-20260131, consul-1604300000.log. Other endings, such as .bak or .swp, are left alone.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter IncludeRotated { get; set; }

    /// <summary>The unit of the systemd journal that is read; '*' for all. Without any other source the journal of <c>consul</c> is.</summary>
    [Parameter(ParameterSetName = UnitSet)]
    [ValidateNotNullOrEmpty]
    public string Unit { get; set; } = "consul";

    /// <summary>A file of a journal, or a folder of such files, of this machine or another; without it this machine's own journal.</summary>
    [Parameter(ParameterSetName = UnitSet)]
    [ValidateNotNullOrEmpty]
    public string? Journal { get; set; }

    /// <summary>Listens to the log of the session's agent as it is written. The token needs <c>agent:read</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AgentSet)]
    public SwitchParameter Agent { get; set; }

    /// <summary>How long to listen, above 0 and at most one day. What was found is said at the end.</summary>
    [Parameter(ParameterSetName = AgentSet)]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gives the lines as they come until Ctrl+C, without end.</summary>
    [Parameter(ParameterSetName = AgentSet)]
    public SwitchParameter Follow { get; set; }

    /// <summary>Only what is not older: a date, or how long ago, as a TimeSpan or <c>2h</c>, <c>90m</c>, <c>3d</c>.</summary>
    [Parameter]
    [Moment]
    [ArgumentCompleter(typeof(MomentCompleter))]
    [PSDefaultValue(Help = "None")]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Only what is not newer: as -Since.</summary>
    [Parameter]
    [Moment]
    [ArgumentCompleter(typeof(MomentCompleter))]
    [PSDefaultValue(Help = "None")]
    public DateTimeOffset? Until { get; set; }

    /// <summary>Only lines of this level and graver ones; of an agent it is the level that it sends. What happened is told of all lines.</summary>
    [Parameter]
    [Alias("LogLevel")]
    public ConsulLogLevel Level { get; set; }

    /// <summary>Only these codes; a * at the end stands for any.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FindingCodeCompleter))]
    public string[] Code { get; set; } = [];

    /// <summary>A write that takes as long is slow. Agents log the time of each request at level DEBUG.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan SlowWrite { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gives the lines themselves instead of findings, each with its code.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    private protected override bool HasBeat => true;

    /// <inheritdoc/>
    protected override bool TakesUnusableSession => ParameterSetName != AgentSet;

    private protected override AclOperation OperationOn(string key) => AclOperation.Read;

    private protected override void OnBeat()
    {
        base.OnBeat();
        if (status is null) return;
        ((Cmdlet)this).WriteProgress(new ProgressRecord(8599, "Searching Consul's log", $"{Printable.Text(status, 200)}, {Amount.Of(Interlocked.Read(ref shown), "line")}") { PercentComplete = percent });
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Files and journals need no session, so none is chosen, or complained of.
        if (ParameterSetName == AgentSet) base.BeginProcessing();
        if (Since > Until) ThrowTerminatingError(FindingErrors.Invalid(this, "-Since", FormattableString.Invariant($"-Since ({Since:yyyy-MM-dd HH:mm:ss zzz}) lies after -Until ({Until:yyyy-MM-dd HH:mm:ss zzz})"), Since));
        if (ParameterSetName == AgentSet) RequirePositive(Duration, "-Duration");
        RequirePositive(SlowWrite, "-SlowWrite");
        var wanted = new LogSearchRequest { Since = Since, Until = Until, Level = Level, Codes = Code, SlowWrite = SlowWrite };
        if (wanted.CodesOfNothing.FirstOrDefault() is { } none)
        {
            var near = NearestNames.Of(none, FindingCatalogue.All.Select(row => row.Code), 3);
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Code", $"there is no finding {Printable.Text(none, 80)}{(near.Count > 0 ? $"; near it: {string.Join(", ", near)}" : "; -Code completes with Tab, and only a * at its end stands for any")}", none, ErrorCategory.ObjectNotFound));
        }
        raw = Raw || Follow ? [] : null;
        if (raw is not null && Code.Where(code => LogSearch.CodesOfEvents.Contains(code, StringComparer.OrdinalIgnoreCase)).ToArray() is { Length: > 0 } events)
            WriteWarning($"No single line is {string.Join(" or ", events)}: that is told of several lines together, without -{(Raw ? nameof(Raw) : nameof(Follow))}.");
        search = new LogSearch(wanted, raw is null ? null : Take);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName is not (PathSet or LiteralPathSet)) return;
        var found = ParameterSetName == PathSet ? Path.SelectMany(Expand) : LiteralPath.Select(path => FilePaths.Resolve(this, path, "-LiteralPath")!);
        foreach (var file in found)
        {
            if (LogFiles.ProblemOf(file) is { } problem) Refuse(file, problem);
            else if (IncludeRotated) files.AddRange(WithRotated(file));
            else files.Add(file);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Nobody asked for the journal: the files that the pipeline was to bring are not there.
        if (MyInvocation.ExpectingInput && ParameterSetName == UnitSet && !MyInvocation.BoundParameters.ContainsKey(nameof(Unit)) && Journal is null)
        {
            WriteWarning("No file came through the pipeline, so none was searched. Without a pipeline and without -Path the journal of this machine is.");
            return;
        }
        switch (ParameterSetName)
        {
            case AgentSet:
                status = $"listening to {Active.Address}";
                AwaitFor(Active, cancellation => LogOfAgent.ListenAsync(Observed, Level, Follow ? null : Duration, search!, cancellation));
                break;
            case UnitSet:
                Journal = FilePaths.Resolve(this, Journal, "-Journal");
                status = "reading the journal";
                ReadFor(Journal ?? Unit, cancellation => LogJournal.Read(Unit == "*" || (Journal is not null && !MyInvocation.BoundParameters.ContainsKey(nameof(Unit))) ? null : Unit, Journal,
                    new LogSearchRequest { Since = Since, Until = Until }, search!, lines => shown = lines, cancellation));
                break;
            default:
                IReadOnlyList<string> ordered = files;
                if (files.Count > 1) ReadFor(files[0], cancellation => ordered = LogFiles.InOrder(files, cancellation));
                foreach (var file in ordered)
                {
                    status = file;
                    ReadFor(file, cancellation => LogFiles.Read(file, search!, (done, of) => (percent, shown) = ((int)Math.Min(100, done * 100 / Math.Max(1, of)), search!.Lines), cancellation));
                }
                break;
        }
        GiveRest();
        if (status is not null) ((Cmdlet)this).WriteProgress(new ProgressRecord(8599, "Searching Consul's log", "Done") { RecordType = ProgressRecordType.Completed });
        foreach (var note in search!.TimeNotes) WriteWarning(note + ".");
        foreach (var silence in search.Silence) WriteWarning(silence);
        if (raw is null)
        {
            var secrets = ParameterSetName == AgentSet ? Active.SecretPrints : null;
            foreach (var finding in search.Findings()) WriteObject(secrets is null ? finding : finding with { Secrets = secrets });
        }
        WriteVerbose($"{Amount.Of(search.Lines, "line")} read, {Amount.Of(search.Counted, "line")} within what was asked for.");
        if (ParameterSetName == AgentSet) base.EndProcessing();
    }

    private void ReadFor(string name, Action<CancellationToken> read) => AwaitSource(name, cancellation =>
    {
        read(cancellation);
        return Task.CompletedTask;
    });

    private void AwaitSource(string name, Func<CancellationToken, Task> work)
    {
        try
        {
            Await(work);
        }
        catch (ConsulException failed)
        {
            GiveRest();
            WriteError(FindingErrors.Create(failed.Finding, name, failed));
        }
    }

    // In pieces: one by one a line would cost more on its way than in its reading. Who follows wants each at once.
    private void Take(ConsulLogLine line)
    {
        raw!.Add(line);
        if (Follow || raw.Count >= RawPiece) GiveRaw();
    }

    private void GiveRaw()
    {
        if (raw is not { Count: > 0 }) return;
        var lines = raw.ToArray();
        raw.Clear();
        WriteObjectsAsync(lines, _ => { }).AsTask().GetAwaiter().GetResult();
    }

    // Behind the work, from the pipeline's own thread.
    private void GiveRest()
    {
        if (raw is not { Count: > 0 }) return;
        ((Cmdlet)this).WriteObject(raw.ToArray(), enumerateCollection: true);
        raw.Clear();
    }

    private void Refuse(string path, string problem, Exception? failure = null) => WriteError(FindingErrors.Create(LogFiles.Unusable(path, problem).Finding, path, failure));

    private IReadOnlyList<string> WithRotated(string file)
    {
        try
        {
            return LogFiles.WithRotated(file);
        }
        catch (ConsulException unlisted)
        {
            WriteError(FindingErrors.Create(unlisted.Finding, file, unlisted));
            return [file];
        }
    }

    private IReadOnlyList<string> Expand(string path)
    {
        var isPattern = WildcardPattern.ContainsWildcardCharacters(path);
        // A file may be named br[1].log.
        if (isPattern && SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _) is var literal && provider.Name == "FileSystem" && File.Exists(literal)) return [literal];
        try
        {
            IReadOnlyList<string> found = GetResolvedProviderPathFromPSPath(path, out provider);
            if (provider.Name != "FileSystem") return [FilePaths.Resolve(this, path, "-Path")!];
            if (found.Count == 0) Refuse(path, NoneOf(path));
            // Folders that a pattern meets beside files are not meant; where there is nothing else, they are answered as such.
            string[] plain = [.. found.Where(file => !Directory.Exists(file))];
            return plain.Length > 0 ? plain : found;
        }
        catch (Exception failure) when (failure is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            // PowerShell does not tell what is not there from what may not be seen.
            var problem = failure is not ItemNotFoundException ? null : isPattern ? NoneOf(path) : LogFiles.ProblemOf(SessionState.Path.GetUnresolvedProviderPathFromPSPath(path));
            Refuse(path, problem ?? "there is no such file", failure);
            return [];
        }
    }

    private string NoneOf(string pattern)
    {
        var folder = System.IO.Path.GetDirectoryName(SessionState.Path.GetUnresolvedProviderPathFromPSPath(pattern));
        while (folder is not null && WildcardPattern.ContainsWildcardCharacters(folder)) folder = System.IO.Path.GetDirectoryName(folder);
        return folder is null ? "there is no file of such a name" : LogFiles.ProblemOfPattern(folder);
    }
}
