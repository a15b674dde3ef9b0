namespace ConsulKvTools.Commands;

public abstract partial class ConsulCmdlet
{
    /// <summary>Windows PowerShell takes -Debug for a wish to be asked at each line; nobody means that of wire facts, so they go to the screen without a question.</summary>
    private void WriteDebugLine(string text)
    {
        if (MyInvocation.BoundParameters.ContainsKey("Debug") && Host?.UI is { } screen) screen.WriteDebugLine(text);
        else WriteDebug(text);
    }
}
