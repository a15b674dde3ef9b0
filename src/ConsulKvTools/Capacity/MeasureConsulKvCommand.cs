using System.Management.Automation;
using ConsulKvTools.Capacity;
using ConsulKvTools.Capacity.History;

namespace ConsulKvTools.Commands;

/// <summary>Says how large a store is, what makes it so, how near its limits are, and when it will reach them.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "ConsulKv", SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Measure-ConsulKv.md")]
[OutputType(typeof(ConsulKvMeasurement))]
public sealed class MeasureConsulKvCommand : ConsulCmdlet
{
    private const int MostProblems = 10;

    /// <summary>What is measured: all keys that begin with it. Without it the whole store.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string[] Prefix { get; set; } = [""];

    /// <summary>So many of the largest keys, the deepest prefixes and the largest prefixes of each level, 0 to 10000.</summary>
    [Parameter]
    [ValidateRange(0, 10000)]
    public int Top { get; set; } = 10;

    /// <summary>So many levels of prefixes below what is measured, 0 to 100.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    /// <summary>How fresh the answer must be. <c>Stale</c> spares the leader the work.</summary>
    [Parameter]
    public ConsulConsistency Consistency { get; set; }

    /// <summary>
    /// A file to which the measurement is added as a line of JSON, and from which changes and forecasts are told. It may hold several stores and prefixes. Lines that
    /// cannot be used are told with their number and stay in it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HistoryPath { get; set; }

    /// <summary>Stored bytes that must not be reached, 1 to 9223372036854775807, such as <c>512MB</c>: says how much of them is used and, with a history, when they will be reached.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [PSDefaultValue(Help = "None")]
    public long LimitBytes { get; set; }

    /// <summary>A number of keys that must not be reached, 1 to 9223372036854775807: as -LimitBytes.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [PSDefaultValue(Help = "None")]
    public long LimitKeys { get; set; }

    /// <summary>An earlier measurement of the same store and prefix, by the same address: what changed is told since then, instead of since the history's last.</summary>
    [Parameter]
    [ValidateNotNull]
    public ConsulKvMeasurement? Since { get; set; }

    private protected override AclOperation OperationOn(string key) => AclOperation.List;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        HistoryPath = FilePaths.Resolve(this, HistoryPath, "-HistoryPath");
        StartProgress("Measuring Consul KV");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var prefix in Prefix)
        {
            // Sizes and indexes of two stores have nothing to do with each other.
            if (Since is not null && StoreIdentity.Of(Since) is var other && StoreIdentity.Of(Active, prefix) is var store && other != store)
            {
                WriteError(FindingErrors.Invalid(this, "-Since", $"-Since is a measurement of {other}, and {store} is measured; give one of the same store and prefix", prefix));
                continue;
            }
            var request = new MeasurementRequest
            {
                Prefix = prefix,
                Consistency = Consistency,
                Top = Top,
                Depth = Depth,
                LimitBytes = LimitBytes > 0 ? LimitBytes : null,
                LimitKeys = LimitKeys > 0 ? LimitKeys : null,
                HistoryPath = HistoryPath,
                AddsToHistory = HistoryPath is not null && ShouldProcess(HistoryPath, $"Add the measurement of '{Printable.Text(prefix, 200)}'"),
                Since = Since,
            };
            AwaitFor(prefix, async cancellation =>
            {
                ConsulException? unwritten = null;
                var measured = await new StoreMeasurement(Observed, request).RunAsync(AdvanceLater, finding => WriteWarning(FindingErrors.Warning(finding)), failed => unwritten = failed, cancellation).ConfigureAwait(false);
                var problems = measured.HistoryProblems;
                foreach (var problem in problems.Take(MostProblems)) WriteWarning($"{Printable.Text(problem.ToString(), 400)}; it stays in the file and is passed over.");
                if (problems.Count > MostProblems) WriteWarning($"{Amount.Of(problems.Count - MostProblems, "more line")} of {Printable.Text(HistoryPath, 200)} cannot be used; HistoryProblems names each.");
                WriteObject(measured);
                if (unwritten is not null) WriteError(FindingErrors.Create(unwritten.Finding, prefix, unwritten));
            });
            TellTrace();
        }
    }
}
