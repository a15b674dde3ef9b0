using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Watching;

namespace ConsulKvTools.Commands;

/// <summary>Gives one object for each change of a key, or of the keys below a prefix, until it is stopped.</summary>
/// <remarks>By blocking queries: an answer comes when something changes. Survives elections, restarts and lost connections without missing the last state of a key.</remarks>
[Cmdlet(VerbsCommon.Watch, "ConsulKv", DefaultParameterSetName = KeySet, HelpUri = HelpPages.Folder + "Watch-ConsulKv.md")]
[OutputType(typeof(ConsulKvChange))]
public sealed class WatchConsulKvCommand : ConsulCmdlet
{
    private const string KeySet = "Key";
    private const string PrefixSet = "Prefix";

    /// <summary>The key to watch; it need not exist yet. One that ends with a slash stands for everything below it. A watch is of one key, also down the pipeline.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>Watches every key that begins with this text, on all levels; '' is the whole store.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PrefixSet)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string Prefix { get; set; } = "";

    /// <summary>Gives what is there first, as changes of the kind <c>Initial</c>.</summary>
    [Parameter]
    public SwitchParameter InitialState { get; set; }

    /// <summary>
    /// Begins with the keys that were written after this index, such as the greatest <c>Index</c> of an earlier watch. What was removed since then cannot be seen, and old
    /// values are not known. A whole number from 0 to 18446744073709551615.
    /// </summary>
    [Parameter]
    [PSDefaultValue(Help = "None")]
    [Index("an index to begin after: give the Index of a change, or a ModifyIndex as Get-ConsulKv shows it")]
    [ArgumentCompleter(typeof(IndexCompleter))]
    public ulong Since { get; set; }

    /// <summary>
    /// Ends the watch after so many changes, 1 to 2147483647. Changes of one transaction have one <c>Index</c> and are not parted: there may be more by those. Without it the watch does not
    /// end by number.
    /// </summary>
    [Parameter]
    [Alias("First")]
    [PSDefaultValue(Help = "None")]
    [WholeNumber("a number of changes: give a whole number of 1 or more")]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumChanges { get; set; }

    /// <summary>Ends the watch after this time, above 0, such as <c>30s</c> or <c>12h</c>. Not an error, unless there was no answer at all. Without it the watch does not end by time.</summary>
    [Parameter]
    [PSDefaultValue(Help = "None")]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Timeout { get; set; }

    /// <summary>Leaves out keys that match one of these patterns, <c>*</c> being any text, slashes included, and <c>?</c> one character; letter case counts.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Exclude { get; set; } = [];

    /// <summary>How fresh the answers must be.</summary>
    [Parameter]
    public ConsulConsistency Consistency { get; set; }

    /// <summary>Keeps no values between answers, so that a huge prefix takes little memory: changes then have no old value.</summary>
    [Parameter]
    public SwitchParameter NoOldValue { get; set; }

    /// <summary>
    /// The least pause between an answer and the next query, from 0 to one hour: changes that come faster are taken together. At least as long as reading the answer took.
    /// </summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long the agent holds a query in which nothing changes, from 1 s to 10 minutes. A connection that has died in silence is noticed after this time, a sixteenth of it, and the
    /// retry policy's attempt time-out.
    /// </summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan WaitTime { get; set; } = KvWatchOptions.UsualWait;

    private protected override AclOperation OperationOn(string key) => IsPrefix ? AclOperation.List : AclOperation.Read;

    private bool IsPrefix => ParameterSetName == PrefixSet || watched?.EndsWith("/", StringComparison.Ordinal) == true;

    private string Watched => watched!;

    // Of the pipeline nothing is left in the parameter when it has ended.
    private string? watched;

    private bool hasBegun;

    // What a watch says besides changes has to appear while it waits.
    private protected override bool HasBeat => true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var given = MyInvocation.BoundParameters;
        if (given.ContainsKey(nameof(Timeout))) RequireWithin(Timeout, "-Timeout", TimeSpan.FromTicks(1), TimeSpan.FromDays(24), "more than zero and at most 24 days, such as 30s");
        RequireWithin(Interval, "-Interval", TimeSpan.Zero, TimeSpan.FromHours(1), "0s to 1h, such as 100ms");
        RequireWithin(WaitTime, "-WaitTime", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), "1s to 10m, such as 1m");
        if (InitialState && given.ContainsKey(nameof(Since)))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Since", "-InitialState gives all that is there and -Since a part of it, so they do not go together", Since));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // The first watch would not end, and nobody would notice that the second was never begun.
        if (watched is not null)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Key", $"a watch goes on until it is stopped, so it is of one key, and {Printable.Text(Key, 120)} is a second; give what they begin with as -Prefix, or run a watch for each in ForEach-Object -Parallel or a thread job", Key));
        watched = ParameterSetName == PrefixSet ? Prefix : Key;
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (watched is not null) AwaitFor(Watched, WatchAsync);
        base.EndProcessing();
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var options = new KvWatchOptions
        {
            Name = Watched,
            IsPrefix = IsPrefix,
            Consistency = Consistency,
            InitialState = InitialState,
            Since = MyInvocation.BoundParameters.ContainsKey(nameof(Since)) ? Since : null,
            KeepsValues = !NoOldValue,
            Exclude = new KeyPatterns(Exclude),
            Wait = WaitTime,
            Interval = Interval,
        };
        var isTimed = MyInvocation.BoundParameters.ContainsKey(nameof(Timeout));
        using var end = Deadline.In(isTimed ? Timeout : System.Threading.Timeout.InfiniteTimeSpan, cancellation);
        long left = MaximumChanges > 0 ? MaximumChanges : long.MaxValue;
        var watch = new KvWatch(Observed, options, Tell);
        try
        {
            await foreach (var changes in watch.RunAsync(end.Token).ConfigureAwait(false))
            {
                var some = changes.AsSpan(0, KvWatch.Upto(left, changes)).ToArray();
                await WriteObjectsAsync(some, _ => { }).ConfigureAwait(false);
                if ((left -= some.Length) <= 0) return;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            EndOfTime(watch.Trouble);
        }
    }

    /// <summary>No change and no answer look alike; the one is news, and the other must not be taken for it.</summary>
    private void EndOfTime(ConsulFinding? trouble)
    {
        if (!hasBegun)
        {
            var finding = trouble ?? ConsulFinding.Create("Http.ResponseTimeout", ("operation", "GET"), ("seconds", Math.Round(Timeout.TotalSeconds, 1)), ("address", Active.Address));
            WriteError(FindingErrors.Create(finding, Watched));
        }
        else if (trouble is not null)
        {
            WriteWarning($"The watch ended after {Timeout} while nothing was heard of {Printable.Text(Watched, 120)}: what happened last is not known. {FindingErrors.Warning(trouble)}");
        }
        else
        {
            WriteVerbose($"The watch ended after {Timeout}.");
        }
    }

    private void Tell(KvWatchNote note)
    {
        if (note.Kind == KvWatchNoteKind.Began) hasBegun = true;
        if (note.Kind is KvWatchNoteKind.Interrupted or KvWatchNoteKind.Hidden) WriteWarning(note.Finding is { } finding ? $"{note.Text}. {FindingErrors.Warning(finding)}" : note.Text + ".");
        else WriteVerbose(note.Text + ".");
    }
}
