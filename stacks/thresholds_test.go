package stacks

import (
	"reflect"
	"testing"
)

// A threshold that a stack file omits gets the schema's default; one that it sets stays.
func TestThresholdsHaveDefaults(t *testing.T) {
	values := stackValues(t, "dev")
	apply(t, values, set("monitoring.thresholds", map[string]any{"nodeDiskPercent": 70}))
	loaded, err := Load(Project, values)
	if err != nil {
		t.Fatal(err)
	}
	thresholds := loaded.Monitoring.Thresholds
	if thresholds.NodeDiskPercent != 70 || thresholds.NodeCPUPercent != 85 {
		t.Errorf("disk %d, processor %d: want 70 as set, and 85 by default", thresholds.NodeDiskPercent, thresholds.NodeCPUPercent)
	}
	all := reflect.ValueOf(thresholds)
	for i := range all.NumField() {
		if all.Field(i).IsZero() {
			t.Errorf("%s has no default", all.Type().Field(i).Name)
		}
	}
}
