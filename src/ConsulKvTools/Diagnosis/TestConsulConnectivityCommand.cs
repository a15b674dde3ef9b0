using System.Management.Automation;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Commands;

/// <summary>Tests whether and how fast a Consul agent can be reached: name, transport, TLS, HTTP.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ConsulConnectivity", HelpUri = HelpPages.Folder + "Test-ConsulConnectivity.md")]
[OutputType(typeof(ConsulConnectivityResult), typeof(bool))]
public sealed class TestConsulConnectivityCommand : ConsulCmdlet
{
    /// <summary>Time for the whole test.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gives true or false instead of the result.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override bool TakesUnusableSession => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        RequirePositive(Timeout, "-Timeout");
        AwaitFor(Active, async cancellation =>
        {
            var result = await ConnectivityTest.RunAsync(Active, Timeout, cancellation).ConfigureAwait(false);
            WriteObject(Quiet ? result.Succeeded : result);
        });
    }
}
