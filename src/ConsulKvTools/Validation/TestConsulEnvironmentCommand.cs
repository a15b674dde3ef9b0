using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using ConsulKvTools.Validation;

namespace ConsulKvTools.Commands;

/// <summary>
/// Checks that an environment is as described: agents that answer, a leader, certificates, what tokens may and may not do, keys and their
/// values, replication. The description is a table, a <c>.psd1</c> or a JSON file. Nothing is changed, unless the description asks for a canary.
/// </summary>
/// <remarks>
/// The same checks as tests of Pester: <c>Invoke-Pester -Container (New-PesterContainer -Path (Get-ConsulKvTestPath) -Data @{ Path = './environment.psd1' })</c>.
/// </remarks>
[Cmdlet(VerbsDiagnostic.Test, "ConsulEnvironment", DefaultParameterSetName = DataSet, HelpUri = HelpPages.Folder + "Test-ConsulEnvironment.md")]
[OutputType(typeof(ConsulEnvironmentResult), typeof(ConsulEnvironmentCheck), typeof(bool))]
public sealed class TestConsulEnvironmentCommand : AsyncCmdlet
{
    private const string PathSet = "Path";
    private const string DataSet = "Data";
    private const string CheckSet = "Check";

    private bool all = true;
    private Lazy<JsonSchemas?>? schemas;

    /// <summary>The file that describes the environment: <c>.psd1</c> or <c>.json</c>. Paths in it are relative to it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// The description as a table, or what is to be added to that of the file: tokens as SecureString or PSCredential, which no file should
    /// hold, or an agent's address that is known only now.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = DataSet)]
    [Parameter(ParameterSetName = PathSet)]
    [ValidateNotNull]
    public IDictionary? Data { get; set; }

    /// <summary>Checks that -ListAvailable gave.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CheckSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ConsulEnvironmentCheck[] Check { get; set; } = [];

    /// <summary>Gives the checks that the description asks for, without making them.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = DataSet)]
    public SwitchParameter ListAvailable { get; set; }

    /// <summary>Gives one true or false instead: whether nothing failed and nothing was skipped.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var checks = ParameterSetName == CheckSet ? Check : EnvironmentFile.Read(this, ParameterSetName == PathSet ? Path : null, Data);
        if (ListAvailable)
        {
            foreach (var check in checks) WriteObject(check);
            return;
        }
        schemas ??= new Lazy<JsonSchemas?>(() => JsonSchemas.IsThere(InvokeCommand) ? new JsonSchemas(this) : null);
        for (var number = 0; number < checks.Count; number++)
        {
            var check = checks[number];
            if (checks.Count > 1) WriteProgress(new ProgressRecord(1, "Checking the environment", check.Name) { PercentComplete = 100 * number / checks.Count });
            // Whether schemas can be tested is asked only where one is to be.
            var result = check.NeedsSchemas && schemas.Value is { } known ? known.Run(check, Ask) : Ask(cancellation => EnvironmentCheckRun.RunAsync(check, null, TimeProvider.System, cancellation));
            if (result.Status != ConsulEnvironmentCheckStatus.Passed) all = false;
            WriteVerbose($"{result} ({DiagnosisText.Time(result.Duration)})");
            if (!Quiet) WriteObject(result);
        }
        if (checks.Count > 1) WriteProgress(new ProgressRecord(1, "Checking the environment", "Done") { RecordType = ProgressRecordType.Completed });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet && !ListAvailable) WriteObject(all);
    }
}
