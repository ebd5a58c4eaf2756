module legops/apps/reference

go 1.26
