using System.Management.Automation;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Commands;

/// <summary>Tests whether and how fast a Consul agent can be reached: name, transport, TLS, HTTP.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ConsulConnectivity", HelpUri = HelpPages.Folder + "Test-ConsulConnectivity.md")]
[OutputType(typeof(ConsulConnectivityResult), typeof(bool))]
public sealed class TestConsulConnectivityCommand : ConsulCmdlet
{
    /// <summary>
    /// The sessions or addresses to test: <c>Test-ConsulConnectivity https://consul:8501</c>, <c>Get-ConsulKvSession | Test-ConsulConnectivity</c>.
    /// Without one: the runspace's default session, else the <c>CONSUL_*</c> environment, else <c>http://127.0.0.1:8500</c>.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [ConsulSession]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public override ConsulKvSession? Session { get; set; }

    /// <summary>Time for the whole test.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gives true or false instead of the result.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override bool TakesUnusableSession => true;

    private protected override bool TakesPipedSessions => true;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (MyInvocation.ExpectingInput) ChooseSession();
        RequirePositive(Timeout, "-Timeout");
        AwaitFor(Active, async cancellation =>
        {
            var result = await ConnectivityTest.RunAsync(Active, Timeout, cancellation).ConfigureAwait(false);
            WriteObject(Quiet ? result.Succeeded : result);
        });
    }
}
