namespace ConsulKvTools.Commands;

public abstract partial class ConsulCmdlet
{
    private void WriteDebugLine(string text) => WriteDebug(text);
}
