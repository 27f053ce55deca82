# Passes on a store to the InfluxDB that is set, one segment a batch, until it is killed or there is no more.
param([Parameter(Mandatory)] [string] $StorePath)
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot ../../NetTraffic.psd1)
# The module's parts have a load context of their own.
$null = Get-NetTrafficOption -StorePath $StorePath
$engine = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'NetTraffic.Engine' }
$influx = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($engine).LoadFromAssemblyName([System.Reflection.AssemblyName]::new('NetTraffic.Influx'))
$door = $engine.GetType('NetTraffic.Engine.TrafficEngine')
$store = $door::OpenStore($StorePath)
$target = $door::OpenSettings($StorePath).GetInfluxTarget()
$options = $influx.GetType('NetTraffic.Influx.ForwarderOptions')::new()
$options.GetType().GetProperty('GatherSegments').SetValue($options, 1)
$forwarder = $influx.GetType('NetTraffic.Influx.InfluxForwarder')::TryOpen($store.Segments, $target, $options, $influx.GetType('NetTraffic.Influx.InfluxWriterOptions')::new())
if ($null -eq $forwarder) { throw 'Somebody else has the lease.' }
$null = $forwarder.SendAsync($null, [System.Threading.CancellationToken]::None).GetAwaiter().GetResult()
